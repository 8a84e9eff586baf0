"""Reads tables of questions."""

from __future__ import annotations

from collections.abc import Mapping

from question_bank.formats.reading import Reading


def read(content: bytes, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a file holds."""
    return Reading()
