"""What a question carries beside its words: pictures and sounds, and the material it shares with others."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

MEDIA_TYPES = {  # what phones show and play; an SVG is shown as a picture only, never put into a page
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/svg+xml": ".svg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
}
# In any text of a question: ![words for who cannot see it](name). It stands for a medium only where the
# question has one of that name; anything else is plain text.
NAME = re.compile(r"[^()\[\]\s]{1,100}")
SHOWN = re.compile(r"!\[([^\[\]\n]*)\]\(([^()\s]+)\)")


@dataclass(frozen=True)
class Medium:
    """A picture or a sound of a question, which its texts name."""

    name: str  # unique in the question, without brackets and spaces: "leaf.png"
    type: str  # a key of MEDIA_TYPES
    content: bytes = b""
    kept: str = ""  # the digest under which the content is kept elsewhere; "": it is here
    width: int = field(default=0, compare=False)  # of a picture in pixels; 0: not known
    height: int = field(default=0, compare=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return self.kept or sha256(self.content).hexdigest()

    @property
    def is_sound(self) -> bool:
        """Whether it is heard and not seen."""
        return self.type.startswith("audio/")

    def as_json(self) -> dict[str, object]:
        """Return it as JSON data, with its content or with the digest under which that is kept."""
        size = {"width": self.width, "height": self.height} if self.width else {}
        content = {"sha256": self.kept} if self.kept else {"base64": b64encode(self.content).decode()}
        return {"name": self.name, "type": self.type, **content, **size}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Medium:  # Any: JSON data that `as_json` wrote
        """Read back what `as_json` wrote."""
        kept = written.get("sha256", "")
        content = b"" if kept else b64decode(written["base64"], validate=True)
        size = int(written.get("width", 0)), int(written.get("height", 0))
        return cls(written["name"], written["type"], content, kept, *size)


@dataclass(frozen=True)
class Material:
    """What several questions ask about (材料题): a text, a table, a picture, a recording.

    Each of its questions carries it, so that none is ever asked without; equal materials belong together,
    in the order of the questions.
    """

    text: str
    id: str = ""  # its name in the file it came from

    def as_json(self) -> dict[str, str]:
        """Return it as JSON data."""
        return {"text": self.text, **({"id": self.id} if self.id else {})}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Material:  # Any: JSON data that `as_json` wrote
        """Read back what `as_json` wrote."""
        return cls(written["text"], written.get("id", ""))


def shown(text: str) -> tuple[str, ...]:
    """Return the names that a text shows, in its order."""
    return tuple(found[2] for found in SHOWN.finditer(text))


def picture(words: str, name: str) -> str:
    """Return what stands in a text for a medium; brackets and line ends cannot stand in its words."""
    plain = " ".join(words.translate(str.maketrans("[]", "  ")).split())
    return f"![{plain}]({name})"
