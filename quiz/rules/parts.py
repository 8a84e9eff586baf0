"""The parts of a rules document as plain values: what each of the sixteen parameters (P1–P16) may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHARE_LIKE = ("share", "invite", "friend_joined", "friend_answered")  # WeChat, 2019-10-28: never a benefit
ONE = Fraction(1)
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Range:
    """From `least` to `most`, both included."""

    least: Fraction
    most: Fraction


@dataclass(frozen=True)
class Limit:
    """At most so many; None: not limited in that span."""

    per_day: int | None = None
    per_period: int | None = None
    total: int | None = None


NO_LIMIT = Limit()


@dataclass(frozen=True)
class AtLeast:
    """A threshold that includes its own number; `what`: score, correct, total, levels (passed ones)."""

    what: str
    number: Fraction


@dataclass(frozen=True)
class Step:
    """From `at_least` on, an attempt is worth `points`."""

    at_least: Fraction
    points: Fraction


@dataclass(frozen=True)
class People:
    """P2: who may take part."""

    groups: tuple[str, ...] = ()
    ages: tuple[int | None, int | None] | None = None
    grades: tuple[str, ...] = ()
    roster_only: bool = False
    register_by_ms: int | None = None
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lock:
    """How often, and within how many days, a person may change their unit."""

    changes: int | None = None
    within_days: int | None = None


@dataclass(frozen=True)
class Tree:
    """P3: one tree of units, its levels from the top."""

    levels: tuple[str, ...]
    required: bool = False
    lock: Lock | None = None
    points: str = "stay"  # stay, follow: where a person's points are after a move
    guests: str = "count"  # count, apart: whom nothing but a nickname tells has no unit in this contest
    enrolled_on: str | None = None  # ISO date: the latest enrolment not after it is the denominator


@dataclass(frozen=True)
class Hours:
    """Open on these weekdays (0 is Monday) from one minute of the day to another, which is excluded."""

    days: tuple[int, ...]
    from_min: int
    to_min: int


@dataclass(frozen=True)
class Window:
    """opens_ms ≤ moment < closes_ms."""

    opens_ms: int
    closes_ms: int


@dataclass(frozen=True)
class Calendar:
    """P1: when a stage runs and how its time is divided."""

    zone: str
    opens_ms: int
    closes_ms: int
    period: str = "none"  # none, day, week, month, scene, level
    scenes: tuple[str, ...] = ()
    day_begins_min: int = 0
    hours: tuple[Hours, ...] = ()
    gaps: tuple[Window, ...] = ()
    at_close: str = "finish"  # finish, cut
    after_close: str = "nothing"  # nothing, practice
    week_begins: int = 0  # the weekday on which a period `week` begins; 0 is Monday


@dataclass(frozen=True)
class Section:
    """A part of the paper whose questions are drawn by the same conditions."""

    count: int
    points: Fraction = ONE
    kinds: tuple[str, ...] = ()  # none: any kind
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # facet → any of these
    difficulty: Range | None = None


@dataclass(frozen=True)
class Paper:
    """P4: which questions an attempt shows."""

    sections: tuple[Section, ...]
    draw: str = "random"  # fixed, random, unseen, daily
    cover: tuple[str, ...] = ()
    balance: bool = False
    shuffle: tuple[str, ...] = ("questions", "options")

    @property
    def count(self) -> int:
        """How many questions a paper has."""
        return sum(section.count for section in self.sections)


@dataclass(frozen=True)
class Clock:
    """P5: how long an attempt and a question may take; both limits are inclusive."""

    per_question_ms: int | None = None
    per_attempt_ms: int | None = None
    at_least_ms: int | None = None
    time: str = "attempt"  # attempt, questions
    time_in_ms: int = 1  # 1000: whole seconds, what is beyond them cut off
    grace_ms: int = 0
    leaving: str = "nothing"  # nothing, strike, end, zero
    strikes: int | None = None


@dataclass(frozen=True)
class SpeedStep:
    """A right answer within so much time gives these points."""

    within_ms: int
    points: Fraction


@dataclass(frozen=True)
class SpeedLine:
    """Points fall along a straight line from `start` at once to `end` after `over_ms`, and stay there."""

    start: Fraction
    end: Fraction
    over_ms: int


@dataclass(frozen=True)
class Streak:
    """The k-th right answer in a row is worth 1 + (k − 1)·grow times; k counts to `most` at the most."""

    grow: Fraction
    most: int | None = None


@dataclass(frozen=True)
class Marking:
    """P6: what an answer is worth."""

    wrong: Fraction = NOTHING
    blank: Fraction = NOTHING
    multiple: str = "all_or_nothing"  # all_or_nothing, share, share_minus
    speed: tuple[SpeedStep, ...] | SpeedLine | None = None  # then it gives the points, not the section
    streak: Streak | None = None
    last_right: str | None = None  # double_itself, double_others
    range: Range | None = None  # of the attempt's score


@dataclass(frozen=True)
class Show:
    """What a person is shown, and when: nothing, right_or_wrong, key, explanation."""

    after_answer: str = "nothing"
    after_attempt: str = "right_or_wrong"
    after_close: str = "explanation"


@dataclass(frozen=True)
class Levels:
    """Gated levels: what passes each, what a failed one gives, who may play one again."""

    passes: tuple[Fraction, ...]
    failed_gives: Fraction | None = None
    again: str = "failed"  # failed, never, always
    opens: str = "when_passed"  # when_passed; daily: moreover level n from the n-th day of the stage on


@dataclass(frozen=True)
class Flow:
    """P7: how one question follows another."""

    stop: str = "end"  # end, first_wrong, time
    redo: str = "never"  # never, until_right
    layout: str = "one"  # one question on the screen, or a list of all
    practice_first: AtLeast | None = None
    levels: Levels | None = None
    duel: int | None = None
    show: Show = Show()


@dataclass(frozen=True)
class Token:
    """A card an attempt gives when it reaches something."""

    give: str
    at_least: AtLeast | None = None
    all_correct: bool = False


@dataclass(frozen=True)
class Award:
    """P8: how an attempt's score or count of right answers becomes its points."""

    source: str = "score"  # score, correct
    steps: tuple[Step, ...] = ()  # highest first
    below: Fraction = NOTHING  # where no step is reached
    each: Fraction | None = None
    completed: Fraction | None = None
    perfect: Fraction | None = None
    tokens: tuple[Token, ...] = ()
    duel: tuple[Fraction, Fraction, Fraction] | None = None  # win, draw, loss


@dataclass(frozen=True)
class Extra:
    """Attempts that an event adds."""

    event: str
    adds: int
    cap: Limit = Limit()


@dataclass(frozen=True)
class Quota:
    """P9: how many attempts a person has."""

    limit: Limit = Limit()
    scenes_per_day: int | None = None
    extra: tuple[Extra, ...] = ()


@dataclass(frozen=True)
class CountedFirst:
    """Only the first `first` attempts of a day or a period count."""

    first: int
    of: str  # day, period


@dataclass(frozen=True)
class Person:
    """P10: how a person's attempts become a total."""

    counted: CountedFirst | None = None
    within_period: str = "sum"  # best, last, first, sum, mean
    cap: Limit = Limit()
    across_periods: str = "sum"  # best, latest, sum, mean, sum_of_best
    best_periods: int | None = None  # of sum_of_best


@dataclass(frozen=True)
class Event:
    """P11: points without a question."""

    points: Fraction
    cap: Limit = Limit()
    counts: str = "at_finish"


@dataclass(frozen=True)
class Term:
    """One input of a unit formula: metric → cap → round → × weight."""

    metric: str
    weight: Fraction
    cap: Fraction | None = None
    round: int | None = None
    top: int | None = None
    pass_at: Fraction | None = None


@dataclass(frozen=True)
class Value:
    """A weighted formula; its sum is rounded last."""

    terms: tuple[Term, ...]
    round: int | None = None


@dataclass(frozen=True)
class Public:
    """From when, and to whom, a board is shown."""

    from_ms: int | None = None
    to: str = "everybody"


@dataclass(frozen=True)
class Board:
    """P13: one table of people or of the units of one level."""

    name: str
    of: str  # people, or tree.level
    over: str = "stage"  # stage, period
    each: str | None = None  # group, or tree.level: a table for each
    order: tuple[str, ...] = ()  # of a unit board: one metric, or several, the first decides
    value: Value | None = None
    least_people: int = 0
    zero_scorers: str = "in"  # in, out
    top: int | None = None
    pass_at: Fraction | None = None
    id: str | None = None
    public: Public | None = None
    frozen_from_ms: int | None = None
    names: str = "nickname"  # full, nickname, masked
    least_listed: int | None = None


@dataclass(frozen=True)
class Entry:
    """What earns an entry in a draw; `source`: attempt, event, place, collection."""

    source: str
    at_least: AtLeast | None = None
    each: AtLeast | None = None
    all_correct: bool = False
    kind: str | None = None
    cap: Limit = Limit()
    board: str | None = None
    top: int | None = None
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draw:
    """P14: who takes part in a draw, how often, and for what."""

    name: str
    entries: tuple[Entry, ...]
    cap: Limit = Limit()
    wins: Limit = Limit()
    prizes: tuple[tuple[str, int], ...] = ()  # name, stock
    drawn: str = "at_end"
    chance: Fraction = ONE  # of a lot that is drawn at once
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prize:
    """P15: an award or an advancement."""

    name: str
    board: str | None = None
    top: int | None = None
    each: str | None = None
    at_least: AtLeast | None = None
    share: Fraction | None = None
    in_a_row: int | None = None
    to: str | None = None
    once_only: bool = False
    wild_cards: int | None = None
    equal: str = "by_order"  # by_order, all_in


@dataclass(frozen=True)
class Integrity:
    """P16: what irregularities lead to."""

    one_phone: bool = False
    shortest_ms: int | None = None
    person_out_takes: str | None = None
    quota_back: bool = False
    entries_withdrawn: bool = True
    corrected_key: str = "remark"
    notice_days: int | None = None


@dataclass(frozen=True)
class Stage:
    """One stage of a contest with all that decides about it."""

    name: str
    calendar: Calendar
    paper: Paper
    person: Person
    order: tuple[str, ...]
    boards: tuple[Board, ...]
    clock: Clock = Clock()
    marking: Marking = Marking()
    flow: Flow = Flow()
    award: Award = Award()
    quota: Quota = Quota()
    events: Mapping[str, Event] = field(default_factory=dict)
    places: str = "standard"  # standard, dense, ordinal
    draws: tuple[Draw, ...] = ()
    awards: tuple[Prize, ...] = ()
    integrity: Integrity = Integrity()
    rounding: str = "half_up"
    point: Fraction = ONE  # the smallest point: totals are whole numbers of it
    point_stated: bool = False
    needs: tuple[str, ...] = ()  # trees: who has no unit in one of them cannot start here


@dataclass(frozen=True)
class Document:
    """The rules of a contest."""

    title: str
    timezone: str
    stages: tuple[Stage, ...]
    rounding: str = "half_up"  # half_up, half_even, down
    people: People = People()
    units: Mapping[str, Tree] = field(default_factory=dict)
    boards: tuple[Board, ...] = ()  # beside the stages: they fold all of them
    draws: tuple[Draw, ...] = ()
    awards: tuple[Prize, ...] = ()
    called: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # identifier → language → word
