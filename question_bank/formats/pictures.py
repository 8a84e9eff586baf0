"""The pictures and sounds that foreign questions carry: taken where we can show them, counted where not."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from question_bank.attached import MEDIA_TYPES, Medium
from question_bank.formats.drafts import Draft
from question_bank.problems import N_

BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"ID3", "audio/mpeg"),
    *((b"\xff" + second, "audio/mpeg") for second in (b"\xfb", b"\xfa", b"\xf3", b"\xf2")),
    (b"OggS", "audio/ogg"),
)
LONGEST_NAME = 60
SVG = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s>]", re.DOTALL)
INSIDE = re.compile(r"data:[\w/+.-]{1,60};base64,")
Bytes = Callable[[], bytes]


@dataclass
class Pictures:
    """The media of one question: offered by the file, taken as its texts show them."""

    load: Callable[[str], bytes] = lambda _: b""  # what a package has at an address
    offered: dict[str, Bytes] = field(default_factory=dict)  # address → its content
    taken: dict[str, Medium] = field(default_factory=dict)  # address → what stands for it
    missing: set[str] = field(default_factory=set)

    def offer(self, address: str, file: Element) -> None:
        """Note a file that stands inside XML as base64."""
        self.offered[address] = lambda: _decoded(file.text or "")

    def name_of(self, address: str) -> str | None:
        """Return the name by which a text shows what is at an address; None for what cannot be shown."""
        if address not in self.taken and (medium := self._medium(address)) is not None:
            self.taken[address] = medium
        if address in self.taken:
            return self.taken[address].name
        self.missing.add(address[:200])
        return None

    def finish(self, draft: Draft) -> None:
        """Give a draft its media; say how many are missing."""
        draft.media = list(self.taken.values())
        left = self.missing | (set(self.offered) - set(self.taken))
        if left:
            draft.odd.append(("pictures", LEFT_OUT, {"count": len(left)}))

    def _medium(self, address: str) -> Medium | None:
        if INSIDE.match(address):
            content = _decoded(address.partition(",")[2])
        else:
            content = self.offered[address]() if address in self.offered else self.load(address)
        kind = media_type(content)
        if not kind:
            return None
        return Medium(self._free_name("" if INSIDE.match(address) else address, kind), kind, content)

    def _free_name(self, address: str, kind: str) -> str:
        """Return the file's own name where it can stand in a text, with a number where it is taken."""
        plain = unquote(address.partition("?")[0])
        path = PurePosixPath(re.sub(r"[^\w./-]+", "-", plain[-LONGEST_NAME:], flags=re.ASCII))
        stem, suffix = path.stem.strip("-.") or "medium", path.suffix.strip("-") or MEDIA_TYPES[kind]
        names = {medium.name for medium in self.taken.values()}
        tries = (f"{stem}{f'-{n}' if n > 1 else ''}{suffix}" for n in range(1, len(names) + 2))
        return next(name for name in tries if name not in names)


def media_type(content: bytes) -> str:
    """Return what a file is by its first bytes, "" for nothing that phones show or play."""
    if content[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(content[8:12], "")
    if content[4:8] == b"ftyp":
        return "" if b"vide" in content[: 2**20] else "audio/mp4"  # a film is no sound
    if SVG.match(content[:1_000]) and b"<!" not in content[:1_000].replace(b"<!--", b""):
        return "image/svg+xml"
    return next((kind for begin, kind in BEGINNINGS if content.startswith(begin)), "")


def _decoded(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()))
    except (NotBase64, ValueError):
        return b""


LEFT_OUT = N_("有 %(count)s 个图片或声音没有导入：文件里没有它，或格式不支持。请核对这一题。")
