"""Files that somebody uploaded and has not decided on yet, with all that was said about them so far."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from question_bank.formats.told import Told
from quiz.errors import N_, NotAllowed, NotFound
from quiz.services.platform import Actor, Platform
from quiz.services.secrets import is_file_token, new_file_token

KEPT_MS = 7 * 86_400_000  # a kept file is forgotten a week after it was touched last
TAKE, SKIP = "take", "skip"
LONGEST_NAME = 200
Place = tuple[str, int]  # sheet and row


@dataclass(frozen=True)
class Said:
    """A kept file's name, whose it is, and what was said about it: with the file, all there is to know."""

    filename: str
    owner_id: int | None  # None: a command on the machine
    at_ms: int
    digest: str  # of the content
    told: Told = field(default_factory=Told)
    written: Mapping[Place, Mapping[str, str]] = field(default_factory=dict)  # corrections: cell → text
    decided: Mapping[Place, str] = field(default_factory=dict)  # of repeated rows: TAKE or SKIP
    tags: tuple[tuple[str, str], ...] = ()  # facet and value that every question gets
    name: str = ""  # of the import

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "filename": self.filename,
            "owner_id": self.owner_id,
            "at_ms": self.at_ms,
            "digest": self.digest,
            "told": self.told.as_json(),
            "written": [[*place, dict(cells)] for place, cells in self.written.items()],
            "decided": [[*place, decision] for place, decision in self.decided.items()],
            "tags": [list(tag) for tag in self.tags],
            "name": self.name,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Said:  # Any: what `as_json` wrote
        """Read back what `as_json` wrote."""
        return cls(
            **{name: data[name] for name in ("filename", "owner_id", "at_ms", "digest", "name")},
            told=Told.from_json(data["told"]),
            written={(sheet, row): cells for sheet, row, cells in data["written"]},
            decided={(sheet, row): decision for sheet, row, decision in data["decided"]},
            tags=tuple((facet, value) for facet, value in data["tags"]),
        )


def stage(platform: Platform, content: bytes, filename: str, now_ms: int, owner_id: int | None = None) -> str:
    """Keep an uploaded file until somebody decides; returns the token that names it.

    Who uploads the same file again goes on with the one that is kept, with everything said about it.
    """
    folder = _folder(platform)
    folder.mkdir(parents=True, exist_ok=True)
    _forget_old(folder, now_ms)
    name = Path(filename.replace("\\", "/")).name[:LONGEST_NAME] or "import"
    digest = sha256(content).hexdigest()
    if owner_id is not None:
        for token, said in unfinished(platform, owner_id):
            if (said.digest, said.filename) == (digest, name):
                return token
    token = new_file_token()
    (folder / token).write_bytes(content)
    _write(folder / f"{token}.said", Said(name, owner_id, now_ms, digest))
    return token


def said_of(platform: Platform, token: str, actor: Actor | None = None) -> Said:
    """Return what was said about a kept file; raises NotFound, and NotAllowed where it is somebody else's.

    `actor`: who asks; None: nobody is kept out.
    """
    path = _folder(platform) / token
    if not exists(platform, token):
        raise NotFound(GONE)
    said = _read(path.with_name(f"{token}.said"))
    if actor is not None and said.owner_id != actor.person_id:
        raise NotAllowed(OF_ANOTHER)
    return said


def exists(platform: Platform, token: str) -> bool:
    """Return whether a file is kept under a token."""
    return is_file_token(token) and (_folder(platform) / token).is_file()


def content_of(platform: Platform, token: str) -> bytes:
    """Return a kept file; raises NotFound."""
    said_of(platform, token)
    return (_folder(platform) / token).read_bytes()


def say(platform: Platform, token: str, actor: Actor, change: Callable[[Said], Said]) -> None:
    """Change what is said about a kept file; two pages at once both count. Raises as `said_of` does."""
    with locked(platform, token):
        said = change(said_of(platform, token, actor))
        _write(_folder(platform) / f"{token}.said", said)
        (_folder(platform) / token).touch()


def unfinished(platform: Platform, owner_id: int) -> Iterator[tuple[str, Said]]:
    """Yield the files of a person that are kept and not taken yet, the newest first."""
    found = []
    for path in _folder(platform).glob("*.said"):
        token = path.name.removesuffix(".said")
        if exists(platform, token) and not [*_folder(platform).glob(f"{token}.refused-*")]:
            said = _read(path)
            if said.owner_id == owner_id:
                found.append((token, said))
    yield from sorted(found, key=lambda each: -each[1].at_ms)


def beside(platform: Platform, token: str, what: str) -> Path:
    """Return the path of something that is kept beside a file and forgotten with it."""
    return _folder(platform) / f"{token}.{what}"


def forget(platform: Platform, token: str, but: str = "") -> None:
    """Throw a kept file away with all that is beside it, `but` one thing; nothing to do when it is gone."""
    if is_file_token(token):
        for path in _folder(platform).glob(f"{token}*"):
            if not but or path.name != f"{token}.{but}":
                path.unlink(missing_ok=True)


@contextmanager
def locked(platform: Platform, token: str) -> Iterator[None]:
    """Let one request at a time work on a kept file, in whatever process."""
    with (_folder(platform) / f"{token}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _folder(platform: Platform) -> Path:
    return platform.data / "imports"


def _read(path: Path) -> Said:
    try:
        return Said.from_json(json.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:  # forgotten in this moment
        raise NotFound(GONE) from error


def _write(path: Path, said: Said) -> None:
    unfinished_path = path.with_name(f"{path.name}.new-{new_file_token()}")
    unfinished_path.write_text(json.dumps(said.as_json(), ensure_ascii=False), "utf-8")
    unfinished_path.replace(path)


def _forget_old(folder: Path, now_ms: int) -> None:
    touched: dict[str, int] = {}
    for path in folder.iterdir():
        token = path.name.partition(".")[0]
        touched[token] = max(touched.get(token, 0), path.stat().st_mtime_ns // 1_000_000)
    for token, at_ms in touched.items():
        if now_ms - at_ms > KEPT_MS:
            for path in folder.glob(f"{token}*"):
                path.unlink(missing_ok=True)


GONE = N_("这个文件已不在服务器上，请重新上传。")
OF_ANOTHER = N_("这是另一位组织者上传的文件。请让上传的人继续，或自己重新上传。")
