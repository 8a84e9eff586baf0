"""Raised and lowered pieces of a cell's text in an .xlsx: x² and H₂O must not come as x2 and H2O."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import escape, unescape
from io import BytesIO

from question_bank.formats.guard import BROKEN_ZIP
from question_bank.formats.markup import shifted

TEXTS = re.compile(r"xl/(?:sharedStrings|worksheets/[^/]{1,100})\.xml", re.IGNORECASE)
MARK, TAGS = b"vertAlign", {b"superscript": "sup", b"subscript": "sub"}
SHIFT = re.compile(rb"""vertAlign val=["'](superscript|subscript)["']""")
LOOK_END, FURTHEST = b"rPr>", 2_000  # how a piece looks ends there, so many bytes on at most
PIECE = re.compile(rb"\s{0,100}<(?:\w{1,20}:)?t(?:\s[^<>]{0,100})?>([^<]*)<")


def with_shifts(content: bytes) -> bytes:
    """Return a workbook whose raised and lowered pieces say so by their characters, or as ^{…} and _{…}."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            changed = {
                info.filename: written
                for info in packed.infolist()
                if TEXTS.fullmatch(info.filename) and MARK in (written := packed.read(info))
            }
            return _rewritten(packed, changed) if changed else content
    except BROKEN_ZIP:
        return content  # said where it is opened


def _rewritten(packed: zipfile.ZipFile, changed: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for info in packed.infolist():
            own = changed.get(info.filename)
            target.writestr(info.filename, packed.read(info) if own is None else b"".join(_shifted(own)))
    return buffer.getvalue()


def _shifted(written: bytes) -> Iterator[bytes]:
    """Yield the XML of texts piece by piece, in UTF-8 as Excel writes it."""
    done = 0
    for found in SHIFT.finditer(written):
        look = written.find(LOOK_END, found.end(), found.end() + FURTHEST)
        piece = PIECE.match(written, look + len(LOOK_END)) if look >= 0 else None
        if piece is None or piece.start() < done:
            continue
        text = shifted(unescape(piece[1].decode("utf-8", "replace")), TAGS[found[1]])
        yield written[done : piece.start(1)]
        yield escape(text, quote=False).encode()
        done = piece.end(1)
    yield written[done:]
