"""How a person is called on a board (P13 `names`)."""

from __future__ import annotations

LONGEST_MASKED = 20  # characters: as long as a nickname may be


def masked(name: str) -> str:
    """Return a name as everybody may see it: the first letter and a star for each that follows."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), LONGEST_MASKED - 1) if name else ""


def shown(policy: str, nickname: str, name: str, *, minor: bool = False) -> str:
    """Return what a board calls a person under its policy: nickname, masked, full (not for minors).

    `name`: from a roster, "" for who signed up alone; they are called by their nickname under every policy.
    """
    match policy:
        case "full":
            return (masked(name) if minor else name) or nickname
        case "masked":
            return masked(name) or nickname
    return nickname or masked(name)
