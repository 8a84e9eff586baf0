"""What a correction is and whether it may be booked: its target, its points, its key, its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from sqlalchemy import ColumnElement, Connection, or_, select, union
from sqlalchemy.orm import Session

from question_bank.formats.checks_by_kind import LONGEST_ACCEPTED, MOST_ACCEPTED
from question_bank.formats.one_row import ANSWER, edited
from question_bank.gaps import Accepted, Gap
from question_bank.question import CHOICES, SEVERAL, Question
from quiz.errors import N_, InvalidInput, NotFound
from quiz.models.accounts import Unit
from quiz.models.play import Attempt, Line
from quiz.rules.document import Stage
from quiz.rules.publicity import FROZEN_APART
from quiz.rules.rekeyed import EVERYBODY, NOBODY, Rekeyed
from quiz.services.corrected import Booked, Said, book_of, said_of
from quiz.services.published import Published

KINDS: Mapping[str, Sequence[str]] = {  # what is corrected → what may be done to it
    "attempt": ("void", "zero", "adjust", "remark", "restore"),
    "person": ("disqualify", "zero", "adjust", "restore"),
    "unit": ("disqualify", "restore"),
    "question": ("remark",),
}
KEY, ALSO = "key", "also"
COUNTS = (KEY, ALSO, EVERYBODY, NOBODY)  # what is right now: another key, one more, any answer, none
LONGEST_REASON = 500  # characters
LONGEST_POINTS = 12
LARGEST_ID = 2**53
HIGHEST_POINTS = 1_000_000
UNBOOKED = 2**62  # the id of a row that is only tried: after all others

STANDS = {  # what cannot be done twice
    "void": N_("这次答题已经作废，不必再作废一次。"),
    "zero": N_("已经记零分，不必再记一次。"),
    "disqualify": N_("已经取消资格，不必再取消一次。"),
}


@dataclass(frozen=True)
class Correction:
    """A correction that somebody wants to book."""

    of: str  # attempt, person, unit, question: a name of `KINDS`
    id: int
    do: str
    because: str
    points: str = ""  # for adjust and for the new points of an attempt
    key: tuple[str, ...] = ()  # for a question: ids of the right options
    counts: str = KEY  # for a question: one of `COUNTS`
    answer: str = ""  # for a question with places: what is right, as the cell of the workbook writes it
    accepts: tuple[tuple[int, str], ...] = ()  # for gaps, from 1: texts that are right beside what is right
    seen: int | None = None  # `Checked.seen` of the preview that was confirmed; None: nothing was looked at

    def tried(self, at_ms: int, person_id: int | None, rekeyed: Rekeyed | None = None) -> Booked:
        """Return it as a row of the ledger that is not booked; `person_id`: whose attempt it is."""
        of_attempt = self.of == "attempt"
        return Booked(
            id=UNBOOKED,
            at_ms=at_ms,
            do=self.do,
            because=self.because.strip(),
            attempt_id=self.id if of_attempt else None,
            person_id=person_id if of_attempt else self.id if self.of == "person" else None,
            unit_id=self.id if self.of == "unit" else None,
            version_id=self.id if self.of == "question" else None,
            key=rekeyed.kept if rekeyed is not None else None,
            points=str(points_of(self.points)) if self.points else None,
        )


@dataclass(frozen=True)
class Checked:
    """A correction that may be booked, as a row, and whom it concerns."""

    row: Booked
    concerned: Sequence[tuple[int, int]]  # stage and person whose lines it changes; of a question: not listed
    seen: int  # the newest row of the ledger that says something of its target, 0 for none


def checked(session: Session, rules: Published, wanted: Correction, now_ms: int) -> Checked:
    """Return a correction as a row of the ledger; raises NotFound, InvalidInput with what to do instead."""
    if wanted.do not in KINDS.get(wanted.of, ()):
        raise InvalidInput(N_("这种更正不能用在这里，请重新选择。"))
    if not 0 < wanted.id < LARGEST_ID:
        raise NotFound()
    if not wanted.because.strip():
        raise InvalidInput(N_("请填写更正的理由，它会告诉当事人并留在记录里。"))
    if len(wanted.because.strip()) > LONGEST_REASON:
        raise InvalidInput(N_("理由最多 %(most)s 个字。"), most=LONGEST_REASON)
    connection = session.connection()
    return CHECKS[wanted.of](connection, rules, wanted, now_ms)


def points_of(text: str) -> Fraction:
    """Return points as they were typed, exactly; raises InvalidInput."""
    try:
        found = Fraction(text.strip()) if len(text) <= LONGEST_POINTS and "e" not in text.lower() else None
    except (ValueError, ZeroDivisionError):
        found = None
    if found is None or abs(found) > HIGHEST_POINTS:
        raise InvalidInput(N_("分值请写成 5、-2 或 0.5 的样子。"))
    return found


def in_papers(version_id: int) -> ColumnElement[bool]:
    """Return the condition that an attempt's paper has a question: a word a question, the version first."""
    return or_(
        Attempt.paper.startswith(f"{version_id}.", autoescape=True),
        Attempt.paper.contains(f" {version_id}.", autoescape=True),
    )


def _of_attempt(connection: Connection, rules: Published, wanted: Correction, now_ms: int) -> Checked:
    found = connection.execute(
        select(Attempt.person_id, Attempt.stage, Attempt.finished_ms).where(
            Attempt.id == wanted.id, Attempt.contest_id == rules.contest_id
        )
    ).one_or_none()
    if found is None:
        raise NotFound(N_("这场比赛里没有这次答题。"))
    if found.finished_ms is None:
        raise InvalidInput(N_("这次答题还没有交卷，请等它结束后再更正。"))
    said = said_of(connection, rules.contest_id, found.person_id)
    _makes_sense(said, wanted, ("attempt", str(wanted.id)))
    if wanted.do in ("adjust", "remark"):
        _whole_points(wanted, [rules.document.stages[found.stage]], wanted.do == "remark")
    row = wanted.tried(_after(said, now_ms), found.person_id)
    return Checked(row, [(found.stage, found.person_id)], _newest(said))


def _of_person(connection: Connection, rules: Published, wanted: Correction, now_ms: int) -> Checked:
    attempted = select(Attempt.stage).where(
        Attempt.contest_id == rules.contest_id, Attempt.person_id == wanted.id
    )
    listed = select(Line.stage).where(
        Line.contest_id == rules.contest_id, Line.person_id == wanted.id, Line.stage < FROZEN_APART
    )
    stages = sorted(connection.scalars(union(attempted, listed)))  # events alone make a line, too
    if not stages:
        raise NotFound(N_("这个人在这场比赛里没有答过题，没有什么可以更正。"))
    said = said_of(connection, rules.contest_id, wanted.id)
    _makes_sense(said, wanted, ("person", str(wanted.id)))
    if wanted.do == "adjust":
        _whole_points(wanted, [rules.board_stages[stage] for stage in stages])
    row = wanted.tried(_after(said, now_ms), wanted.id)
    return Checked(row, [(stage, wanted.id) for stage in stages], _newest(said))


def _of_unit(connection: Connection, rules: Published, wanted: Correction, now_ms: int) -> Checked:
    found = connection.execute(select(Unit.tree, Unit.level).where(Unit.id == wanted.id)).one_or_none()
    trees = rules.document.units
    if found is None or found.tree not in trees or found.level not in trees[found.tree].levels:
        raise NotFound(N_("这场比赛不按这个单位排名，没有什么可以更正。"))
    said = Said(book_of(connection, rules.contest_id).of_units)
    _makes_sense(said, wanted, ("unit", str(wanted.id)))
    return Checked(wanted.tried(_after(said, now_ms), None), (), _newest(said))


def _of_question(connection: Connection, rules: Published, wanted: Correction, now_ms: int) -> Checked:
    question = rules.questions.get(wanted.id)
    if question is None:
        raise NotFound(N_("这场比赛没有用到这道题。"))
    said = Said(book_of(connection, rules.contest_id).of_questions)
    now = key_now(rules, said, wanted.id)
    becomes = _becomes(question, wanted, now)
    if becomes == now:
        raise InvalidInput(N_("正确答案没有变化，不需要更正。"))
    return Checked(wanted.tried(_after(said, now_ms), None, becomes), (), _newest(said))


def _becomes(question: Question, wanted: Correction, now: Rekeyed) -> Rekeyed:
    """Return how a question is to be marked; raises InvalidInput."""
    if wanted.counts not in COUNTS:
        raise InvalidInput(N_("这种更正不能用在这里，请重新选择。"))
    if wanted.counts in (EVERYBODY, NOBODY):
        return Rekeyed(is_out=wanted.counts == NOBODY)
    if question.kind not in CHOICES:
        return _with_places(question, wanted, now if now.has_key else Rekeyed.of(question))
    if not set(wanted.key) <= {option.id for option in question.options} or not wanted.key:
        raise InvalidInput(N_("请从这道题的选项中选出正确答案。"))
    if question.kind not in SEVERAL and len(set(wanted.key)) != 1:
        raise InvalidInput(N_("单选题和判断题一次只能选一个正确答案；要让另一个答案也算对，请选“也算对”。"))
    key = frozenset([frozenset(wanted.key)])
    return Rekeyed(key | (now.keys or {question.key}) if wanted.counts == ALSO else key)


def _with_places(question: Question, wanted: Correction, now: Rekeyed) -> Rekeyed:
    if wanted.accepts:
        return Rekeyed(gaps=_accepting(now.gaps, wanted.accepts))
    if not wanted.answer.strip():
        raise InvalidInput(N_("请写出正确答案，写法和题目工作簿的“答案”一栏相同。"))
    written, problems = edited(question, {ANSWER: wanted.answer})
    if written is None:
        first = problems[0]
        raise InvalidInput(first.message, **first.values)
    becomes = Rekeyed.of(written)
    if wanted.counts != ALSO:
        return becomes
    if becomes.orders:
        return Rekeyed(orders=now.orders | becomes.orders)
    return Rekeyed(gaps=_merged(now.gaps, [gap.accepted for gap in becomes.gaps]))


def _accepting(gaps: Sequence[Gap], accepts: Sequence[tuple[int, str]]) -> tuple[Gap, ...]:
    """Return gaps that accept some texts, too; raises InvalidInput."""
    more: list[list[Accepted]] = [[] for _ in gaps]
    for n, text in accepts:
        if not 1 <= n <= len(gaps) or not 0 < len(text.strip()) <= LONGEST_ACCEPTED or "\n" in text:
            raise InvalidInput(N_("请从大家写的答案里勾选要认可的。"))
        more[n - 1].append(Accepted(text.strip()))
    return _merged(gaps, more)


def _merged(gaps: Sequence[Gap], more: Sequence[Sequence[Accepted]]) -> tuple[Gap, ...]:
    found = []
    for n, (gap, others) in enumerate(zip(gaps, more, strict=True), 1):
        accepted = [*gap.accepted]
        for each in others:
            if each.tolerance is not None or gap.share(each.text) < each.weight:
                accepted.append(each)
        accepted = list(dict.fromkeys(accepted))
        if len(accepted) > MOST_ACCEPTED:
            raise InvalidInput(N_("第 %(n)s 空的答案超过 %(most)s 个，请少选几个。"), n=n, most=MOST_ACCEPTED)
        found.append(replace(gap, accepted=tuple(accepted)))
    return tuple(found)


CHECKS = {"attempt": _of_attempt, "person": _of_person, "unit": _of_unit, "question": _of_question}


def key_now(rules: Published, said: Said, version_id: int) -> Rekeyed:
    """Return how a question is marked after all corrections."""
    known = said.keys.get(version_id)
    return known[-1][1] if known else Rekeyed.of(rules.questions[version_id])


def _makes_sense(said: Said, wanted: Correction, target: tuple[str, str]) -> None:
    """Raise InvalidInput for what would change nothing: a second void, a restore of nothing."""
    out, zero = target in said.corrections.out, target in said.corrections.zero
    if wanted.do == "restore" and not (out or zero):
        raise InvalidInput(N_("没有可以撤销的作废、零分或取消资格。"))
    if (wanted.do in ("void", "disqualify") and out) or (wanted.do == "zero" and zero):
        raise InvalidInput(STANDS[wanted.do])


def _whole_points(wanted: Correction, stages: Sequence[Stage], zero_is_fine: bool = False) -> None:
    points = points_of(wanted.points)
    if not points and not zero_is_fine:
        raise InvalidInput(N_("请填写要增加或减少的分值。"))
    for stage in stages:
        if (points / stage.point).denominator != 1:
            raise InvalidInput(
                N_("总分以 %(point)s 分为最小单位，请填写它的整数倍。"), point=str(stage.point)
            )


def _after(said: Said, now_ms: int) -> int:
    """Return the moment of a row: never before one that was booked earlier, should the clock have jumped."""
    return max([now_ms, *(row.at_ms for row in said.rows[-1:])])


def _newest(said: Said) -> int:
    return max((row.id for row in said.rows), default=0)
