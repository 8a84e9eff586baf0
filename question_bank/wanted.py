"""What a paper must be, as the drawing of papers asks it from the rules of a contest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Protocol


class Band(Protocol):
    """A band of difficulty, both ends included."""

    @property
    def least(self) -> Fraction:
        """Its lower end."""

    @property
    def most(self) -> Fraction:
        """Its upper end."""


class SectionRule(Protocol):
    """A section of a paper as the rules document has it."""

    @property
    def count(self) -> int:
        """How many questions."""

    @property
    def points(self) -> Fraction:
        """What a right answer gives; questions that go together stand in neighbours of equal points."""

    @property
    def kinds(self) -> Collection[str]:
        """The kinds that may stand in it; empty: every kind."""

    @property
    def tags(self) -> Mapping[str, Collection[str]]:
        """By facet, values of which a question must have one; every facet named must be met."""

    @property
    def difficulty(self) -> Band | None:
        """The band of difficulty; None: every difficulty, undeclared too."""


class PaperRule(Protocol):
    """A paper as the rules document has it."""

    @property
    def sections(self) -> Sequence[SectionRule]:
        """Its sections, in order."""

    @property
    def draw(self) -> str:
        """One of fixed, random, unseen, daily; the caller chooses the seed accordingly."""

    @property
    def cover(self) -> Collection[str]:
        """The facets of which every value must occur."""

    @property
    def balance(self) -> bool:
        """Whether papers are to be equally hard."""

    @property
    def shuffle(self) -> Collection[str]:
        """What is shuffled for each attempt: questions, options."""
