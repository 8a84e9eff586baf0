"""Exports of large boards and of questions: each in a process of its own, so that answers are not slowed.

They are kept for a day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from quiz.errors import N_, InvalidInput, NotFound
from quiz.services import apart, exports
from quiz.services.board_reading import Wanted, board_of
from quiz.services.platform import Actor, Platform
from quiz.services.published import Published
from quiz.services.secrets import is_file_token, new_file_token

KEPT_MS = 86_400_000  # a file stays for a day
SILENT_MS = 120_000  # an export that gives no sign of life for so long has died


@dataclass(frozen=True)
class Export:
    """How far a large export is."""

    name: str  # what the file is called when it is handed out
    of: int  # rows there will be
    rows: int = 0  # written so far
    state: str = "running"  # running, ready, failed
    left_out: Mapping[str, int] = field(default_factory=dict)  # kind → questions that the format cannot hold
    sealed: int = 0  # questions in it that are kept back for a contest, which a file cannot say


@dataclass(frozen=True)
class Order:
    """What the process of an export is told."""

    database_url: str
    data: str
    rules_id: int
    board: str
    period: str
    view: str
    frozen: bool
    now_ms: int
    token: str
    export: Export


def begin(platform: Platform, rules: Published, wanted: Wanted, ending: str, actor: Actor) -> str:
    """Start writing a board in a process of its own; returns the token that names the export.

    Raises NotFound, InvalidInput.
    """
    if ending not in exports.ENDINGS:
        raise InvalidInput(N_("只能导出 .xlsx、.csv 或 .jsonl 文件。"))
    folder = folder_of(platform, actor.now_ms)
    _stage, board = board_of(rules, wanted.board)
    rows = exports.count_rows(platform, rules, wanted)
    export = Export(name=f"{rules.document.title}-{board.name}.{ending}", of=rows)
    token = new_file_token()
    told(folder, token, export)
    order = Order(
        **apart.place_of(platform),
        rules_id=rules.rules_id,
        board=str(wanted.board),
        period=wanted.period,
        view=wanted.view.value,
        frozen=wanted.frozen,
        now_ms=actor.now_ms,
        token=token,
        export=export,
    )
    exports.note(platform, rules, wanted, rows, actor)
    start("quiz.services.export_process", asdict(order), folder)
    return token


def export_of(platform: Platform, token: str) -> Export:
    """Return how far an export is. Raises NotFound when it is unknown or older than a day."""
    folder = folder_of(platform, platform.clock.now_ms())
    path = folder / f"{token}.json"
    if not is_file_token(token) or not path.is_file():
        raise NotFound(N_("这次导出已不在服务器上，请重新导出。"))
    export = Export(**json.loads(path.read_text("utf-8")))
    is_silent = _age_ms(path, platform.clock.now_ms()) > SILENT_MS
    return replace(export, state="failed") if export.state == "running" and is_silent else export


def file_of(platform: Platform, token: str) -> Path:
    """Return where the file of a finished export is. Raises NotFound."""
    export = export_of(platform, token)
    path = folder_of(platform, platform.clock.now_ms()) / f"{token}{Path(export.name).suffix}"
    if export.state != "ready" or not path.is_file():
        raise NotFound(N_("这次导出还没有写完，请稍后再试。"))
    return path


def told(folder: Path, token: str, export: Export) -> None:
    """Note how far an export is, for whoever asks."""
    draft = folder / f".{token}.json"
    draft.write_text(json.dumps(asdict(export), ensure_ascii=False), "utf-8")
    draft.replace(folder / f"{token}.json")


def folder_of(platform: Platform, now_ms: int) -> Path:
    """Return where exports are kept, without those that are older than a day."""
    folder = platform.data / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.iterdir():
        if _age_ms(path, now_ms) > KEPT_MS:
            path.unlink(missing_ok=True)
    return folder


def _age_ms(path: Path, now_ms: int) -> int:
    return now_ms - path.stat().st_mtime_ns // 1_000_000


def start(module: str, order: Mapping[str, Any], folder: Path) -> None:  # Any: JSON data
    """Start the process of an export and tell it its order, which holds at least `token` and `export`."""
    failed = Export(**{**order["export"], "state": "failed"})
    apart.start(module, order, lambda: told(folder, order["token"], failed))
