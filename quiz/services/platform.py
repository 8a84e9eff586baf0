"""What every use case works with: the database, the writer, the boards, the clock of the day."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select

from quiz.live import Limits, LiveBoards, UnitSums
from quiz.models import Store, Writer
from quiz.models.accounts import Audit
from quiz.models.contests import Contest
from quiz.privacy_settings import Privacy
from quiz.services.catalogued import Catalogued
from quiz.sign_in_settings import SignInSettings

if TYPE_CHECKING:
    from quiz.services.offered import Offer
    from quiz.services.published import Published

LONGEST_SUBJECT = 200  # characters of what an audit row is about


class Clock(Protocol):
    """Tells the time; tests bring their own."""

    def now_ms(self) -> int:
        """Return the moment, in milliseconds since 1970 UTC."""


class SystemClock:
    """The clock of the machine."""

    def now_ms(self) -> int:
        """Return the moment, in milliseconds since 1970 UTC."""
        return time.time_ns() // 1_000_000


@dataclass
class Platform:
    """The running parts, wired once by `quiz.app`."""

    store: Store
    writer: Writer
    live: LiveBoards | None  # None: no Redis is configured, boards are read from SQL
    clock: Clock
    secret: bytes
    data: Path
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    limits: Limits = field(default_factory=lambda: Limits(None))  # how often something may be tried
    blocked: dict[str, int] = field(default_factory=dict)  # address → until when nobody signs in from it
    published: dict[int, Published] = field(default_factory=dict)  # by rules id; never changes
    epochs: dict[int, str] = field(default_factory=dict)  # contest → the board contents Redis may serve
    behind: dict[int, int] = field(default_factory=dict)  # contest → how often its boards could not be told
    live_away_since: dict[int, int] = field(
        default_factory=dict
    )  # contest → since when its live boards stand
    stored_sums: dict[tuple[object, ...], tuple[float, UnitSums]] = field(
        default_factory=dict
    )  # of units, added up from SQL while Redis is away, and until when they are shown again
    folds: dict[tuple[int, str], tuple[object, object]] = field(
        default_factory=dict
    )  # contest, what was folded → at which position of the record, what it came to
    catalogued: Catalogued = field(default_factory=Catalogued)  # the questions of the bank
    offers: dict[tuple[int, str], Offer] = field(
        default_factory=dict
    )  # number of the bank, day → what may be practised; the newest alone is kept
    clock_jumped: bool = False  # the wall clock jumped a short while ago: no attempt is closed
    jump_ms: int = 0  # how far it jumped last
    privacy: Privacy = field(default_factory=Privacy)  # how long names are kept, who answers for them
    contact_keys: tuple[bytes, ...] = ()  # numbers and addresses are sealed under the first, opened by all

    def __post_init__(self) -> None:
        self.contact_keys = self.contact_keys or (self.secret,)

    def epoch_of(self, contest_id: int) -> str:
        """Return the name of the board contents that Redis may serve for a contest."""
        if contest_id not in self.epochs:
            with self.store.reading() as session:
                epoch = session.scalar(select(Contest.board_epoch).where(Contest.id == contest_id))
            self.epochs[contest_id] = epoch or ""
        return self.epochs[contest_id]

    def fell_behind(self, contest_id: int, now_ms: int, forget_epoch: bool = False) -> None:
        """Note that the live boards of a contest stand since now at the latest; the sweep catches them up.

        `forget_epoch`: what they hold is not what was expected, so the epoch is read again.
        """
        self.behind[contest_id] = self.behind.get(contest_id, 0) + 1
        self.live_away_since.setdefault(contest_id, now_ms)
        if forget_epoch:
            self.epochs.pop(contest_id, None)


@dataclass(frozen=True)
class Actor:
    """Who does something at the desk, and when; no person: a command on the machine."""

    person_id: int | None
    now_ms: int

    def audit(self, action: str, subject: str, detail: str = "{}") -> Audit:
        """Return the audit row of one action."""
        return Audit(
            at_ms=self.now_ms,
            actor_id=self.person_id,
            action=action,
            subject=subject[:LONGEST_SUBJECT],
            detail=detail,
        )
