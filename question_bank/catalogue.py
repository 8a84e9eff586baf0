"""All questions of a bank in memory, as columns: finding, counting and ordering 50,000 takes milliseconds.

A catalogue is a value: what is written becomes part of the next one, and who searches keeps theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from question_bank.question import DIFFICULTIES, KINDS

KIND, DIFFICULTY, STATE = "\0kind", "\0difficulty", "\0state"  # tags too; no facet of a file holds NUL
SEALED = ("\0sealed", "")  # the tag of what is kept back for one contest
MOST_VALUES = 200  # of a facet that are told; the search finds the others by their words
STEM_COMPARED = 24  # characters by which stems are ordered
Tag = tuple[str, str]  # facet, value
Counts = Mapping[str, Sequence[tuple[str, int]]]  # facet → values and in how many questions, the most first
Numbers = NDArray[np.int64]
Values = NDArray[np.float64]  # NaN: none
Mask = NDArray[np.bool_]  # of each row


@dataclass(frozen=True)
class Entry:
    """A question as it is found; its kind, difficulty and state stand among its tags."""

    question_id: int
    import_id: int
    newest_id: int  # version
    proved_as: int  # the version under which its figures are kept
    searched: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True)
class Wish:
    """What is looked for, but for its state; what is empty asks for nothing."""

    words: tuple[str, ...] = ()  # all must occur
    tags: tuple[Tag, ...] = ()  # all must be there
    import_id: int | None = None


@dataclass(frozen=True, eq=False)
class Catalogue:
    """A row for each question; `owners` and `owned` pair rows with the numbers of their tags."""

    ids: Numbers
    imports: Numbers
    newest: Numbers
    proved_as: Numbers
    texts: list[str]
    owners: Numbers
    owned: Numbers
    tags: list[Tag]
    numbers: dict[Tag, int]  # tag → its place in `tags`
    by_value: list[int]  # the places of the tags, ordered by facet and value
    orders: dict[str, Values] = field(default_factory=dict)  # by ORDERS, as soon as one was asked for

    @classmethod
    def empty(cls) -> Catalogue:
        """Return a catalogue of nothing."""
        none = np.zeros(0, np.int64)
        return cls(none, none, none, none, [], none, none, [], {}, [])

    def having(self, entries: Sequence[Entry], gone: Collection[int] = ()) -> Catalogue:
        """Return a catalogue with these entries instead of those of the same questions, without some."""
        dropped = np.array([*gone, *(each.question_id for each in entries)], np.int64)
        stays = ~np.isin(self.ids, dropped)
        moved = np.cumsum(stays) - 1  # where each row stands now
        first = int(stays.sum())
        pairs = stays[self.owners]
        tags, numbers = list(self.tags), dict(self.numbers)
        owners: list[int] = []
        owned: list[int] = []
        for row, entry in enumerate(entries, first):
            for tag in entry.tags:
                number = numbers.setdefault(tag, len(tags))
                if number == len(tags):
                    tags.append(tag)
                owners.append(row)
                owned.append(number)
        added = range(len(self.tags), len(tags))
        by_value = sorted([*self.by_value, *added], key=tags.__getitem__) if added else self.by_value
        texts = self.texts if stays.all() else [self.texts[row] for row in np.flatnonzero(stays)]
        return Catalogue(
            _longer(self.ids[stays], (each.question_id for each in entries)),
            _longer(self.imports[stays], (each.import_id for each in entries)),
            _longer(self.newest[stays], (each.newest_id for each in entries)),
            _longer(self.proved_as[stays], (each.proved_as for each in entries)),
            [*texts, *(each.searched for each in entries)],
            _longer(moved[self.owners[pairs]], owners),
            _longer(self.owned[pairs], owned),
            tags,
            numbers,
            by_value,
        )

    def of_imports(self, import_ids: Collection[int]) -> Mask:
        """Return which rows came with one of these imports."""
        return np.isin(self.imports, np.array([*import_ids], np.int64))

    def of_ids(self, question_ids: Sequence[int]) -> Mask:
        """Return which rows are those of some questions."""
        return np.isin(self.ids, np.array(question_ids, np.int64))

    def with_tag(self, tag: Tag) -> Mask:
        """Return which rows have a tag."""
        found = np.zeros(len(self.ids), np.bool_)
        number = self.numbers.get(tag)
        if number is not None:
            found[self.owners[self.owned == number]] = True
        return found

    def with_any(self, facet: str, holds: Callable[[str], bool] = bool) -> Mask:
        """Return which rows have a value of a facet of which something holds."""
        found = np.zeros(len(self.ids), np.bool_)
        names, facets = self._facets
        if facet in names:
            is_wanted = facets == names.index(facet)
            for number in np.flatnonzero(is_wanted).tolist():
                is_wanted[number] = holds(self.tags[number][1])
            found[self.owners[is_wanted[self.owned]]] = True
        return found

    def matching(self, wish: Wish, among: Mask) -> Mask:
        """Return which rows among some are wished for."""
        found = among.copy()
        if wish.import_id is not None:
            found &= self.imports == wish.import_id
        for tag in wish.tags:
            found &= self.with_tag(tag)
        texts = self.texts
        for word in wish.words:
            rows = np.flatnonzero(found)
            found[rows] = np.fromiter((word in texts[row] for row in rows.tolist()), np.bool_, len(rows))
        return found

    def counts(self, found: Mask) -> Counts:
        """Return, by facet, the most frequent values among some rows and in how many of them."""
        counted = np.bincount(self.owned[found[self.owners]], minlength=len(self.tags))
        numbers = np.flatnonzero(counted)
        facets = self._facets[1][numbers]
        told: dict[str, Sequence[tuple[str, int]]] = {}
        for facet, name in enumerate(self._facets[0]):
            own = numbers[facets == facet]
            if len(own):
                told[name] = [(self.tags[n][1], int(counted[n])) for n in self._most(own, counted[own])]
        return dict(sorted(told.items()))

    def ordered(self, name: str, is_down: bool, found: Mask) -> Numbers:
        """Return the rows that are found in an order of ORDERS; where it tells nothing, the newest first."""
        if name not in self.orders:
            self.orders[name] = ORDERS[name](self)
        return self.by(self.orders[name], is_down, found)

    def by(self, values: Values, is_down: bool, found: Mask) -> Numbers:
        """Return the rows that are found by a value of each row, those without one (NaN) at the end."""
        rows = np.flatnonzero(found)
        own = values[rows]
        return rows[np.lexsort((-self.newest[rows], -own if is_down else own))]

    def _most(self, numbers: Numbers, counted: Numbers) -> list[int]:
        """Return the tags that occur most often, those that occur as often by their values."""
        if len(numbers) > MOST_VALUES:
            least = np.partition(counted, -MOST_VALUES)[-MOST_VALUES]
            numbers, counted = numbers[counted >= least], counted[counted >= least]
        order = np.lexsort((self._ranks[numbers], -counted))
        return [int(each) for each in numbers[order[:MOST_VALUES]]]

    @cached_property
    def _facets(self) -> tuple[list[str], Numbers]:
        """The facets, and which of them each tag is of."""
        names = {name: n for n, name in enumerate(dict.fromkeys(facet for facet, _value in self.tags))}
        return list(names), np.array([names[facet] for facet, _value in self.tags], np.int64)

    @cached_property
    def _ranks(self) -> Numbers:
        """Where each tag stands when they are ordered by value."""
        ranks = np.zeros(len(self.tags), np.int64)
        ranks[self.by_value] = np.arange(len(self.tags))
        return ranks

    def prepare(self) -> None:
        """Work out what otherwise the first who asks would wait for."""
        _ = self._facets, self._ranks
        for name in ORDERS:
            self.orders.setdefault(name, ORDERS[name](self))

    def rank(self, facet: str, values: Sequence[str]) -> Values:
        """Return which of some values of a facet each row has, counted from 0."""
        found = np.full(len(self.ids), np.nan)
        for n, value in enumerate(values):
            found[self.with_tag((facet, value))] = n
        return found


def _stems(catalogue: Catalogue) -> Values:
    stems = np.array([text[:STEM_COMPARED] for text in catalogue.texts], f"U{STEM_COMPARED}")
    return np.unique(stems, return_inverse=True)[1].reshape(-1).astype(np.float64)


ORDERS: Mapping[str, Callable[[Catalogue], Values]] = {
    "stem": _stems,
    "kind": lambda catalogue: catalogue.rank(KIND, KINDS),
    "difficulty": lambda catalogue: catalogue.rank(DIFFICULTY, DIFFICULTIES),
    "age": lambda catalogue: catalogue.newest.astype(np.float64),
}


def _longer(column: Numbers, more: Iterable[int]) -> Numbers:
    return np.concatenate((column, np.array([*more], np.int64)))
