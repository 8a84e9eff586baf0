"""Closing an attempt: mark what counts, write the result, and bring the person's lines up to date.

Runs inside the writer's transaction; used by a finish, by the sweep, and by whatever corrects a record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from quiz.live import LiveLine, Parts
from quiz.models import record
from quiz.rules import earning, publicity, scoring, standings, timing
from quiz.rules.across import AllStages
from quiz.rules.document import Stage
from quiz.rules.kept import stored
from quiz.rules.parts import NOTHING
from quiz.rules.sheet import Paper
from quiz.rules.standings import Earned, Played
from quiz.services import at_once
from quiz.services.belonging import Belonging, Own, belonging, contributed
from quiz.services.corrected import Booked, Said, marked_again, papers_of, said_of
from quiz.services.happened import corrected, earned, happened
from quiz.services.marking import marks
from quiz.services.published import Published
from quiz.services.received import AttemptRow, receipts, stage_of


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to, as it is told to the person."""

    attempt_id: int
    contest_id: int
    stage: int
    finished_ms: int
    score: Fraction
    points: Fraction
    correct: int
    of: int
    time_ms: int
    level: str = ""  # where the stage has levels
    passed: bool | None = None  # whether it passed its level, or opened what counts; None where there is none
    practice: bool = False  # before what counts
    lines: tuple[LiveLine, ...] = ()  # what the boards have to learn; empty when it was closed before
    corrections: tuple[Booked, ...] = ()  # what the ledger says of it, in order
    is_void: bool = False  # it counts for nothing

    @classmethod
    def of_played(cls, rules: Published, position: int, played: Played, practice: bool = False) -> Outcome:
        """Return the outcome of a closed attempt as the fold sees it; `practice`: before what counts."""
        stage = rules.document.stages[position]
        has_levels, gate = stage.flow.levels is not None and not practice, stage.flow.practice_first
        passed = None
        if has_levels:
            passed = scoring.passes(stage, played.period, played.score)
        elif practice and gate is not None:
            passed = scoring.opens_what_counts(gate, played.score, played.correct)
        return cls(
            attempt_id=played.id,
            contest_id=rules.contest_id,
            stage=position,
            finished_ms=played.finished_ms,
            score=Fraction(played.score),
            points=Fraction(played.points),
            correct=played.correct,
            of=played.of,
            time_ms=played.time_ms,
            level=played.period if has_levels else "",
            passed=passed,
            practice=practice,
        )


class Ending(NamedTuple):
    """How an attempt ends."""

    finished_ms: int  # at its deadline at the latest
    closed_by: str  # person, server; rules, where they ended it before
    now_ms: int  # the moment of the closing itself: boards are caught up by it


def close(connection: Connection, rules: Published, row: AttemptRow, ending: Ending) -> Outcome | None:
    """Close an open attempt and count it; None when somebody else has closed it already."""
    stage = stage_of(rules, row)
    found = marks(rules, row, receipts(connection, row.id), ending.now_ms)
    finished_ms, closed_by = ending.finished_ms, ending.closed_by
    if found.ended_ms is not None:
        finished_ms, closed_by = min(finished_ms, found.ended_ms), "rules"
    if not record.CLOSE_ATTEMPT.run(connection, attempt_id=row.id, finished=finished_ms):
        return None
    marked = found.marked(stage, row.scene)
    time_ms = timing.time_ms(stage, row.started_ms, finished_ms, row.deadline_ms, found.spent(stage))
    record.ADD_RESULT.run(
        connection,
        attempt_id=row.id,
        closed_by=closed_by,
        score=str(marked.score),
        points=str(marked.points),
        correct=marked.correct,
        of=marked.of,
        full=marked.full,
        time_ms=time_ms,
        sheet=orjson.dumps(found.sheet).decode(),
    )
    if row.practice:
        return outcome_of(connection, rules, row)
    mine = folded(connection, rules, row.stage, row.person_id)
    lines = store(connection, mine, (row.stage, row.person_id), ending.now_ms)
    return replace(mine.outcome_of(row), lines=tuple(lines))


def refold(
    connection: Connection, rules: Published, stage_index: int, person_id: int, changed_ms: int
) -> list[LiveLine]:
    """Fold one person's attempts in a stage again, store the lines and return them for the boards.

    The person's row is locked first: two closings of one person never fold side by side.
    """
    mine = folded(connection, rules, stage_index, person_id)
    return store(connection, mine, (stage_index, person_id), changed_ms)


def store(connection: Connection, mine: Mine, of: tuple[int, int], changed_ms: int) -> list[LiveLine]:
    """Store the lines that were made of a stage and a person, and return them for the boards."""
    lines = [_put(connection, mine.rules.contest_id, line, changed_ms) for line in mine.lines]
    _draw_lots(connection, mine, of, changed_ms)
    return lines


def folded(connection: Connection, rules: Published, stage_index: int, person_id: int) -> Mine:
    """Return what the record and the ledger make of a person in a stage; their row is locked first.

    After the last stage: on the boards beside them.
    """
    at_once.lock(connection, rules)
    record.LOCK_PERSON.run(connection, person_id=person_id)
    said = said_of(connection, rules.contest_id, person_id)
    is_stage = stage_index < len(rules.document.stages)
    played = played_by(connection, rules, stage_index, person_id, said) if is_stage else []
    return made_of(connection, rules, stage_index, person_id, said, played)


def made_of(
    connection: Connection,
    rules: Published,
    stage_index: int,
    person_id: int,
    said: Said,
    played: Sequence[Played],
) -> Mine:
    """Return what a person has by the attempts in a stage and the ledger; see `folded`."""
    if stage_index == len(rules.document.stages):
        return Mine(rules, said, [], over_all_stages(connection, rules, person_id, said))
    lines = fold_person(connection, rules, stage_index, person_id, played, said)
    return Mine(rules, said, played, [*lines, *over_all_stages(connection, rules, person_id, said)])


def outcome_of(connection: Connection, rules: Published, row: AttemptRow) -> Outcome:
    """Return what a closed attempt comes to after corrections, and the corrections themselves."""
    said = said_of(connection, rules.contest_id, row.person_id)
    stage = rules.document.stages[row.stage]
    papers = papers_of(connection, rules.contest_id, row.stage, row.person_id, said)
    (values,) = record.PLAYED_ONE.run(connection, attempt_id=row.id)
    played = said.corrected(played_of(stage, marked_again(rules, stage, values, said, papers)))
    outcome = Outcome.of_played(rules, row.stage, played, row.practice)
    return with_corrections(outcome, said, Paper.parse(row.seed, row.paper))


def with_corrections(outcome: Outcome, said: Said, paper: Paper) -> Outcome:
    """Return the outcome of a closed attempt with the corrections that its owner is told of."""
    return replace(
        outcome,
        corrections=said.about(outcome.attempt_id, paper),
        is_void=said.is_void(outcome.attempt_id),
    )


def played_by(
    connection: Connection, rules: Published, stage_index: int, person_id: int, said: Said
) -> list[Played]:
    """Return a person's closed attempts in a stage as they are worth after corrections, void ones too."""
    stage = rules.document.stages[stage_index]
    papers = papers_of(connection, rules.contest_id, stage_index, person_id, said)
    return [
        said.corrected(played_of(stage, marked_again(rules, stage, values, said, papers)))
        for values in record.PLAYED.run(
            connection, contest_id=rules.contest_id, stage=stage_index, person_id=person_id
        )
    ]


def played_in_row(rules: Published, stage_index: int, row: Sequence[Any], said: Said) -> Played:
    """Return an attempt after corrections; `row`: its values, then paper and sheet where they are read."""
    stage, count = rules.document.stages[stage_index], len(record.PLAYED_COLUMNS)
    papers = {row[0]: (row[count], row[count + 1])} if len(row) > count else {}
    return said.corrected(played_of(stage, marked_again(rules, stage, row[:count], said, papers)))


def fold_person(
    connection: Connection,
    rules: Published,
    stage_index: int,
    person_id: int,
    played: Sequence[Played],
    said: Said,
) -> list[Folded]:
    """Return a person's lines as they follow from the record: over the stage (""), over periods if listed.

    Every period with an attempt or an event has a line: one in which none of them counts lists nobody. For
    each freeze of boards the same lines follow once more, from the record up to it.
    """
    stage = rules.document.stages[stage_index]
    events = happened(connection, rules.contest_id, person_id) if stage.events else ()
    gained = corrected(stage, person_id, events, said)
    belongs = belonging(connection, rules.document, person_id)
    story = _Story(person_id, played, gained, said, belongs, earning.periods(stage, events))
    lines = _lines(stage, stage_index, story)
    for frozen_ms in publicity.freezes(stage):
        before = _until(connection, rules, stage_index, story, frozen_ms)
        lines += _lines(stage, publicity.frozen_number(stage_index, stage, frozen_ms), before)
    return lines


PlayedIn = Mapping[int, Sequence[Played]]  # position of a stage → closed attempts of one person


def over_all_stages(
    connection: Connection, rules: Published, person_id: int, said: Said, stages: PlayedIn | None = None
) -> list[Folded]:
    """Return a person's line on the boards beside the stages, where there are some, and as of each freeze.

    `stages`: their closed attempts by stage, read where not given.
    """
    if not rules.document.boards:
        return []
    if stages is None:
        positions = range(len(rules.document.stages))
        stages = {n: played_by(connection, rules, n, person_id, said) for n in positions}
    belongs = belonging(connection, rules.document, person_id)
    stories = []
    for n, stage in enumerate(rules.document.stages):
        gained = earned(connection, rules.contest_id, stage, person_id, said)
        stories.append(_Story(person_id, stages.get(n, ()), gained, said, belongs))
    whole, position = rules.board_stages[-1], len(rules.document.stages)
    found = [_together(rules, position, stories)]
    for frozen_ms in publicity.freezes(whole):
        before = [_until(connection, rules, n, story, frozen_ms) for n, story in enumerate(stories)]
        found.append(_together(rules, publicity.frozen_number(position, whole, frozen_ms), before))
    return found


def as_of(connection: Connection, rules: Published, position: int, person_id: int, ms: int) -> LiveLine:
    """Return a person's line over a stage, or over all of them, as the record gave it before a moment."""
    said = said_of(connection, rules.contest_id, person_id)
    belongs = belonging(connection, rules.document, person_id)
    stages = rules.document.stages
    stories = {}
    for n in range(len(stages)) if position == len(stages) else (position,):
        played = played_by(connection, rules, n, person_id, said)
        gained = earned(connection, rules.contest_id, stages[n], person_id, said)
        story = _Story(person_id, played, gained, said, belongs)
        stories[n] = _until(connection, rules, n, story, ms)
    if position == len(stages):
        return _together(rules, position, list(stories.values())).live
    return _lines(stages[position], position, stories[position])[0].live


def _together(rules: Published, number: int, stories: Sequence[_Story]) -> Folded:
    """Return the line that follows from the stories of all stages, kept under a number."""
    whole, belongs = rules.board_stages[-1], stories[0].belongs
    found = AllStages(belongs.present, whole.point)
    for stage, story in zip(rules.document.stages, stories, strict=True):
        own = story.own(stage)
        line = standings.line(stage, own.played, None, own.gained, own.added)
        if line is not None:
            found.add(stage, line, belongs.lines(stage, own, None))
    named, parts = LineName(number, "", stories[0].person_id), contributed(whole, found.parts)
    return Folded.of(whole, named, found.line, belongs.present, parts)


class _Story(NamedTuple):
    """What the record says of a person in a stage."""

    person_id: int
    played: Sequence[Played]  # after corrections, void ones too
    gained: Sequence[Earned]
    said: Said
    belongs: Belonging
    periods: Sequence[str] = ()  # in which something happened that may give points

    def counted(self, stage: Stage) -> list[Played]:
        """The attempts that are no practice, void ones too."""
        return [each for each in self.played if not timing.is_practice(stage, each.started_ms)]

    def own(self, stage: Stage) -> Own:
        """What of it counts."""
        added = self.said.corrections.added_to(str(self.person_id))
        return Own(self.said.counting(self.person_id, self.counted(stage)), self.gained, added)


def _until(
    connection: Connection, rules: Published, stage_index: int, story: _Story, frozen_ms: int
) -> _Story:
    """Return what the record said before a moment, by the end of attempts and the moment of all else."""
    said, played, gained = story.said.until(frozen_ms), story.played, story.gained
    if said is not story.said:
        stage = rules.document.stages[stage_index]
        played = played_by(connection, rules, stage_index, story.person_id, said)
        gained = earned(connection, rules.contest_id, stage, story.person_id, said)
    return _Story(
        story.person_id,
        [each for each in played if each.finished_ms < frozen_ms],
        [each for each in gained if each.at_ms < frozen_ms],
        said,
        story.belongs.until(frozen_ms),
        story.periods,
    )


def _lines(stage: Stage, number: int, story: _Story) -> list[Folded]:
    """Return the lines that follow from a story, kept under a number."""
    own, belongs = story.own(stage), story.belongs
    over_periods = any(board.over == "period" for board in stage.boards)
    periods = [*(each.period for each in story.counted(stage)), *story.periods] if over_periods else []
    lines = []
    for period in dict.fromkeys(["", *periods]):
        here = replace(own, added=NOTHING) if period else own
        line = standings.line(stage, here.played, period or None, here.gained, here.added)
        of_units = belongs.lines(stage, here, period or None) if line else {}
        named = LineName(number, period, story.person_id)
        lines.append(Folded.of(stage, named, line, belongs.present, contributed(stage, of_units)))
    return lines


def played_of(stage: Stage, values: Sequence[Any]) -> Played:
    """Return a closed attempt as the fold wants it; `values` in the order of `models.record.PLAYED`."""
    attempt_id, person_id, started_ms, finished_ms, scene, score, points, correct, of, full, time_ms = values
    return Played(
        id=attempt_id,
        person=person_id,
        started_ms=started_ms,
        finished_ms=finished_ms,
        period=timing.period_of(stage, started_ms, scene or None),
        day=timing.day_of(stage, started_ms),
        score=Fraction(score),
        correct=correct,
        of=of,
        points=Fraction(points),
        time_ms=time_ms,
        full=bool(full),
    )


class LineName(NamedTuple):
    """Which line: its number (of a stage, of all stages, or of a freeze), over which period, of whom."""

    number: int
    period: str
    person_id: int


class Folded(NamedTuple):
    """One line of a person: as the boards want it, and as the rules made it."""

    live: LiveLine
    line: standings.Line | None

    @classmethod
    def of(
        cls,
        stage: Stage,
        named: LineName,
        line: standings.Line | None,
        units: Mapping[str, int],
        parts: Parts,
    ) -> Folded:
        """Return a line with what it adds to units; without one it lists nobody."""
        key, stats = (standings.order_key(stage, line), stored(stage, line)) if line else ("", {})
        return cls(LiveLine(*named, 0, key, stats, units, parts), line)


@dataclass(frozen=True)
class Mine:
    """What a person has in a stage: their closed attempts after corrections, and the lines that follow."""

    rules: Published
    said: Said
    played: Sequence[Played]
    lines: Sequence[Folded]

    def outcome_of(self, row: AttemptRow) -> Outcome:
        """Return what one of the attempts came to."""
        played = next(each for each in self.played if each.id == row.id)
        return Outcome.of_played(self.rules, row.stage, played)


def _draw_lots(connection: Connection, mine: Mine, of: tuple[int, int], now_ms: int) -> None:
    """Draw the lots of the entries that a person has got by what was just folded: of stage and person."""
    rules, (stage_index, person_id) = mine.rules, of

    def known(position: int) -> at_once.Known:
        played, lines = mine.played, mine.lines
        if position != stage_index:
            played = played_by(connection, rules, position, person_id, mine.said)
            lines = fold_person(connection, rules, position, person_id, played, mine.said)
        whole = next((e.line for e in lines if (e.live.stage, e.live.period) == (position, "")), None)
        return at_once.Known(played, None if whole is None else Fraction(whole.total))

    if rules.draws_at_once:
        at_once.draw_lots(connection, rules, at_once.Whose(person_id, stage_index, mine.said, known), now_ms)


def _put(connection: Connection, contest_id: int, folded: Folded, changed_ms: int) -> LiveLine:
    live = folded.live
    ((version,),) = record.PUT_LINE.run(
        connection,
        contest_id=contest_id,
        stage=live.stage,
        period=live.period,
        person_id=live.person_id,
        order_key=live.order_key,
        totals=orjson.dumps(folded.line or {}).decode(),
        stats=orjson.dumps(dict(live.stats)).decode(),
        units=orjson.dumps(dict(live.units)).decode(),
        parts=orjson.dumps(live.parts, option=orjson.OPT_NON_STR_KEYS).decode(),
        changed_ms=changed_ms,
    )
    return replace(live, version=version)
