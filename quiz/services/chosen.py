"""Questions that somebody has chosen in the list, kept under a token until what is to be done is done.

The token is what makes a second click harmless: what was begun under it is begun once.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from quiz.errors import N_, NotFound
from quiz.services.platform import Platform
from quiz.services.secrets import is_file_token, new_file_token

KEPT_MS = 86_400_000  # for a day

TAG, UNTAG, RETIRE, REVIVE, APPROVE = "tag", "untag", "retire", "revive", "approve"
EXPORT = "export"
TO_DO = (TAG, UNTAG, RETIRE, REVIVE, APPROVE, EXPORT)


@dataclass(frozen=True)
class Chosen:
    """Questions in the order of the list, and what is to be done with them."""

    question_ids: tuple[int, ...]
    to_do: str  # one of TO_DO


def keep(platform: Platform, chosen: Chosen, now_ms: int) -> str:
    """Keep what was chosen; returns the token that names it."""
    folder = platform.data / "chosen"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.iterdir():
        if _age_ms(path, now_ms) > KEPT_MS:
            path.unlink(missing_ok=True)
    token = new_file_token()
    (folder / token).write_text(json.dumps(asdict(chosen)), "utf-8")
    return token


def chosen(platform: Platform, token: str) -> Chosen:
    """Return what was chosen; raises NotFound when it is unknown or older than a day."""
    path = platform.data / "chosen" / token
    if not is_file_token(token) or not path.is_file():
        raise NotFound(N_("选好的题目只保留一天，请回到题库重新选择。"))
    kept = json.loads(path.read_text("utf-8"))
    return Chosen(tuple(kept["question_ids"]), kept["to_do"])


def _age_ms(path: Path, now_ms: int) -> int:
    return now_ms - path.stat().st_mtime_ns // 1_000_000
