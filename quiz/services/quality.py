"""The quality of questions: computed from the record when asked, kept until it is computed anew."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from sqlalchemy import delete, insert, select, update

from question_bank.flags import FEWEST, Exposure, flags
from question_bank.quality import Figures, TestFacts, median_ms
from question_bank.question import Question
from quiz.errors import N_, Busy, NotFound
from quiz.models.contests import Contest
from quiz.models.quality import Analysis, QuestionFigures
from quiz.services.collecting import Collected, Exposed, collect
from quiz.services.measured import Measured, measured_in, newest
from quiz.services.platform import Actor, Platform

ROWS_A_TRANSACTION = 200  # so that answers never wait long
STALLED_MS = 1_800_000  # an analysis that runs for longer was cut off
MOST_TAGS = 2_000
ROWS_ALIKE = insert(QuestionFigures).execution_options(render_nulls=True)  # one statement
DIGITS = 4  # of a share that was measured: more than any number of answers justifies


@dataclass(frozen=True)
class StageFigures:
    """How one stage of a contest did as a test."""

    contest_id: int
    stage: int
    facts: TestFacts


@dataclass(frozen=True)
class TagFigures:
    """What the questions of one tag proved to be like together."""

    facet: str
    value: str
    questions: int
    attempts: int  # that showed one of them, each time
    meetings: float  # how often a person met a question on average
    answers: int
    facility: float | None  # of an answer on average
    discrimination: float | None  # of a question on average
    omitted: int
    median_ms: int | None
    flagged: int  # questions


@dataclass(frozen=True)
class Found:
    """What was found of one question."""

    question: Question
    exposure: Exposure
    figures: Figures
    flags: tuple[str, ...]


def begin(platform: Platform, contest_id: int | None, calibrates: bool, actor: Actor) -> int:
    """Put on record that the record is analysed, and return the number of the analysis.

    Raises NotFound for a contest that does not exist, Busy while an analysis is under way.
    """
    with platform.store.writing() as session:
        if contest_id is not None and session.get(Contest, contest_id) is None:
            raise NotFound(N_("没有这场比赛。"))
        running = select(Analysis.id).where(
            Analysis.state == "running", Analysis.at_ms > actor.now_ms - STALLED_MS
        )
        if session.scalar(running.limit(1)) is not None:
            raise Busy(N_("正在分析作答记录，请稍后再看。"))
        row = Analysis(contest_id=contest_id, at_ms=actor.now_ms, state="running", calibrates=calibrates)
        session.add(row)
        session.flush()
        session.add(actor.audit("bank.stats", "", json.dumps({"contest": contest_id})))
        return row.id


def carry_out(platform: Platform, analysis_id: int) -> None:
    """Read the record and keep what it says: written in small transactions, made visible by one."""
    with platform.store.reading() as session:
        row = session.get_one(Analysis, analysis_id)
        contest_id, calibrates = row.contest_id, row.calibrates
    try:
        collected = collect(platform, contest_id)
        found = dict(_found(collected))
        measured = measure(collected) if calibrates else _measured_before(platform, contest_id)
        rows = (_row(analysis_id, version, each, measured.get(version)) for version, each in found.items())
        while some := list(islice(rows, ROWS_A_TRANSACTION)):
            with platform.store.writing() as session:
                session.execute(ROWS_ALIKE, some)
    except BaseException:
        failed(platform, analysis_id)
        raise
    _show(platform, analysis_id, collected, found)
    _forget_others(platform, contest_id, analysis_id)


def failed(platform: Platform, analysis_id: int) -> None:
    """Note that an analysis came to nothing, unless it did come to something."""
    with platform.store.writing() as session:
        session.execute(
            update(Analysis)
            .where(Analysis.id == analysis_id, Analysis.state == "running")
            .values(state="failed")
        )


def give_up_unfinished(platform: Platform) -> None:
    """Note, when the server starts, that analyses under way came to nothing: their processes are gone."""
    with platform.store.writing() as session:
        session.execute(update(Analysis).where(Analysis.state == "running").values(state="failed"))


def measure(collected: Collected) -> dict[int, Measured]:
    """Return how difficult each question is that enough people answered, some rightly and some not."""
    import numpy as np

    from question_bank.calibration import calibrate

    if not collected.versions:
        return {}
    versions, items, counts = np.unique(
        np.asarray(collected.versions), return_inverse=True, return_counts=True
    )
    right = np.frombuffer(collected.right, np.uint8).astype(bool)
    result = calibrate(np.asarray(collected.people), items, right)
    return {
        int(version): Measured(f"{share:.{DIGITS}f}", float(difficulty), float(error))
        for version, count, share, difficulty, error in zip(
            versions, counts, result.shares, result.difficulties, result.errors, strict=True
        )
        if count >= FEWEST and math.isfinite(difficulty)
    }


def _found(collected: Collected) -> Iterator[tuple[int, Found]]:
    for version, question in collected.questions.items():
        options = [option.id for option in question.options] if question.key else []
        figures = collected.answers[version].figures(options)
        exposure = _exposure(collected.exposed[version])
        yield version, Found(question, exposure, figures, flags(question, figures, exposure))


def _exposure(seen: Exposed) -> Exposure:
    return Exposure(seen.attempts, seen.people, len(seen.contests))


def _row(analysis_id: int, version_id: int, found: Found, measured: Measured | None) -> dict[str, object]:
    return {
        "analysis_id": analysis_id,
        "version_id": version_id,
        **asdict(found.exposure),
        "answers": found.figures.facts.count,
        "facility": found.figures.facts.facility,
        "discrimination": found.figures.facts.index,
        "median_ms": found.figures.median_ms,
        "flags": f" {' '.join(found.flags)} " if found.flags else "",
        "more": json.dumps(asdict(found.figures)),
        "calibrated": measured.calibrated if measured else None,
        "difficulty": measured.difficulty if measured else None,
        "difficulty_error": measured.error if measured else None,
    }


def _measured_before(platform: Platform, contest_id: int | None) -> dict[int, Measured]:
    """Return what the analysis before this one had measured: it stands until somebody measures anew."""
    with platform.store.reading() as session:
        rows = session.scalars(
            select(QuestionFigures).where(QuestionFigures.analysis_id == newest(contest_id))
        )
        found = {row.version_id: measured_in(row) for row in rows}
    return {version: measured for version, measured in found.items() if measured is not None}


def _show(platform: Platform, analysis_id: int, collected: Collected, found: Mapping[int, Found]) -> None:
    stages = [
        StageFigures(contest_id, stage, sums.facts)
        for (contest_id, stage), sums in sorted(collected.stages.items())
    ]
    tags = _by_tag(collected, found)
    with platform.store.writing() as session:
        session.execute(
            update(Analysis)
            .where(Analysis.id == analysis_id)
            .values(
                state="ready",
                attempts=collected.attempts,
                answers=len(collected.versions),
                tests=json.dumps([asdict(each) for each in stages]),
                tags=json.dumps([asdict(each) for each in tags], ensure_ascii=False),
            )
        )


def _by_tag(collected: Collected, found: Mapping[int, Found]) -> list[TagFigures]:
    versions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for version, each in found.items():
        for facet, values in each.question.tags.items():
            for value in values:
                versions[facet, value].append(version)
    most = sorted(versions.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_TAGS]
    return [
        _of_tag(facet, value, [found[v] for v in those], [collected.answers[v].times for v in those])
        for (facet, value), those in sorted(most)
    ]


def _of_tag(facet: str, value: str, found: Sequence[Found], times: Iterable[Mapping[int, int]]) -> TagFigures:
    facts = [each.figures.facts for each in found]
    answers = sum(each.count for each in facts)
    right = sum(each.facility * each.count for each in facts if each.facility is not None)
    indices = [each.index for each in facts if each.index is not None]
    together: Counter[int] = Counter()
    for each in times:
        together.update(each)
    people = sum(each.exposure.people for each in found)
    attempts = sum(each.exposure.attempts for each in found)
    return TagFigures(
        facet,
        value,
        questions=len(found),
        attempts=attempts,
        meetings=attempts / people if people else 0.0,
        answers=answers,
        facility=right / answers if answers else None,
        discrimination=sum(indices) / len(indices) if indices else None,
        omitted=sum(each.figures.omitted for each in found),
        median_ms=median_ms(together),
        flagged=sum(bool(each.flags) for each in found),
    )


def _forget_others(platform: Platform, contest_id: int | None, analysis_id: int) -> None:
    """Delete what older analyses of the same answers found, in small transactions."""
    of = Analysis.contest_id.is_(None) if contest_id is None else Analysis.contest_id == contest_id
    older = select(Analysis.id).where(of, Analysis.id < analysis_id)
    while True:
        with platform.store.writing() as session:
            rows = session.execute(
                select(QuestionFigures.analysis_id, QuestionFigures.version_id)
                .where(QuestionFigures.analysis_id.in_(older))
                .limit(ROWS_A_TRANSACTION)
            ).all()
            for number in {row.analysis_id for row in rows}:
                versions = [row.version_id for row in rows if row.analysis_id == number]
                session.execute(
                    delete(QuestionFigures).where(
                        QuestionFigures.analysis_id == number, QuestionFigures.version_id.in_(versions)
                    )
                )
            if not rows:
                session.execute(delete(Analysis).where(Analysis.id.in_(older)))
                return
