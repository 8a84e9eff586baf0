"""Files that come in at the desk and files that it hands out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from flask import current_app, send_file
from flask.typing import ResponseReturnValue
from wtforms import Field

from question_bank.formats import FORMATS
from quiz.services.platform import Actor
from quiz.web.access import now_ms, platform, signed_in

TYPES = {
    **{each.suffix[1:]: each.media_type for each in FORMATS.values()},
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "jsonl": "application/jsonl",
}


def actor() -> Actor:
    """Return who acts at the desk in this request, and when."""
    return Actor(signed_in().person_id, now_ms())


def uploaded(field: Field) -> tuple[bytes, str]:
    """Return the content of an uploaded file and its name without a path."""
    name = (field.data.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    return field.data.read(), name


def handed_out(content: bytes, name: str) -> ResponseReturnValue:
    """Return bytes as a file to keep; `name` may be Chinese, its ending tells the type."""
    response = current_app.response_class(content, mimetype=TYPES[name.rsplit(".", 1)[-1]])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def written(name: str, write: Callable[[Path], object]) -> ResponseReturnValue:
    """Return a file that `write` fills for this answer; it is gone once it has been sent."""
    ending = name.rsplit(".", 1)[-1]
    folder = platform().data / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(8)}.{ending}"
    try:
        write(path)
        file = path.open("rb")
    finally:
        path.unlink(missing_ok=True)  # the open file stays readable until it is closed
    return _sent(file, name)


def kept(path: Path, name: str) -> ResponseReturnValue:
    """Return a file that stays on the server for a while."""
    return _sent(path.open("rb"), name)


def _sent(file: BinaryIO, name: str) -> ResponseReturnValue:
    kind = TYPES[name.rsplit(".", 1)[-1]]
    response = send_file(file, mimetype=kind, as_attachment=True, download_name=name, etag=False, max_age=0)
    response.headers["Cache-Control"] = "no-store"
    return response
