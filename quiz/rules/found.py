"""A fault on its way out: what is wrong at a place, before its line is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Json = Mapping[str, Any]  # Any: JSON data that the schema has typed


@dataclass(frozen=True)
class Found:
    """One contradiction."""

    at: str  # JSON pointer, from where the check looks
    code: str
    sentence: str  # of the catalogue
    values: Mapping[str, object] = field(default_factory=dict)

    def inside(self, at: str) -> Found:
        """Return the same, seen from further out."""
        return replace(self, at=at + self.at)


def repeated(at: str, names: Iterable[str | None], sentence: str, key: str = "") -> Iterator[Found]:
    """Yield a fault for each name that stood before; `key`: where the name is in its element."""
    seen = set()
    for n, name in enumerate(names):
        if name is not None and name in seen:
            yield Found(f"{at}/{n}{key}", "repeated", sentence, {"name": name})
        seen.add(name)
