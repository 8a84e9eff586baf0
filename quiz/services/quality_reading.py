"""What the newest analysis says: of everything, of one question, and as a table for a workbook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from question_bank.flags import FLAGS, Exposure
from question_bank.quality import Drift, Facts, Figures, OptionFigures, TestFacts
from question_bank.question import Question
from quiz.errors import N_, NotFound
from quiz.models.bank import QuestionVersion, proved_as
from quiz.models.contests import Contest
from quiz.models.quality import Analysis, QuestionFigures
from quiz.reports import Cell, Table
from quiz.services.measured import Measured, measured_in, newest
from quiz.services.platform import Platform
from quiz.services.quality import STALLED_MS, StageFigures, TagFigures

ROWS_READ = 500
PERCENT = 100


@dataclass(frozen=True)
class Overview:
    """What an analysis says of the whole."""

    at_ms: int
    attempts: int
    answers: int
    calibrates: bool
    questions: int
    calibrated: int  # questions whose difficulty was measured
    flagged: Mapping[str, int]  # flag → questions
    stages: Sequence[StageFigures]
    tags: Sequence[TagFigures]
    titles: Mapping[int, str]  # of the contests of the stages


@dataclass(frozen=True)
class Proved:
    """What one question proved to be like."""

    exposure: Exposure
    figures: Figures
    flags: tuple[str, ...]
    measured: Measured | None
    at_ms: int  # of the analysis


def running_since(platform: Platform, now_ms: int) -> int | None:
    """Return since when an analysis is under way, None when there is none."""
    with platform.store.reading() as session:
        return session.scalar(
            select(Analysis.at_ms)
            .where(Analysis.state == "running", Analysis.at_ms > now_ms - STALLED_MS)
            .limit(1)
        )


def overview(platform: Platform, contest_id: int | None = None) -> Overview | None:
    """Return what the newest analysis says of the whole, None before the first."""
    with platform.store.reading() as session:
        row = session.scalar(select(Analysis).where(Analysis.id == newest(contest_id)))
        if row is None:
            return None
        counts = dict(
            session.execute(
                select(QuestionFigures.flags, func.count())
                .where(QuestionFigures.analysis_id == row.id)
                .group_by(QuestionFigures.flags)
            ).all()
        )
        of_calibrated = select(func.count(QuestionFigures.calibrated))
        stages = [
            StageFigures(**{**each, "facts": TestFacts(**each["facts"])}) for each in json.loads(row.tests)
        ]
        titles = select(Contest.id, Contest.title).where(Contest.id.in_({each.contest_id for each in stages}))
        return Overview(
            row.at_ms,
            row.attempts,
            row.answers,
            row.calibrates,
            questions=sum(counts.values()),
            calibrated=session.scalar(of_calibrated.where(QuestionFigures.analysis_id == row.id)) or 0,
            flagged={flag: sum(n for held, n in counts.items() if f" {flag} " in held) for flag in FLAGS},
            stages=stages,
            tags=[TagFigures(**each) for each in json.loads(row.tags)],
            titles=dict(session.execute(titles).all()),
        )


def one(platform: Platform, contest_id: int | None = None) -> Overview:
    """Return the same; raises NotFound before the first analysis."""
    found = overview(platform, contest_id)
    if found is None:
        raise NotFound(N_("还没有分析过作答记录。"))
    return found


def of_questions(platform: Platform, version_ids: Sequence[int]) -> dict[int, Proved]:
    """Return what questions proved to be like by all contests; those that nobody saw are absent."""
    with platform.store.reading() as session:
        rows = session.execute(
            select(QuestionVersion.id, QuestionFigures, Analysis.at_ms)
            .join(QuestionFigures, QuestionFigures.version_id == proved_as())
            .join(Analysis, Analysis.id == QuestionFigures.analysis_id)
            .where(QuestionFigures.analysis_id == newest(), QuestionVersion.id.in_(version_ids))
        )
        return {version_id: _proved(row, at_ms) for version_id, row, at_ms in rows}


def table(platform: Platform, contest_id: int | None, words: Mapping[str, str]) -> Table:
    """Return the newest analysis as a table of questions, options, tags and stages on sheets beside it.

    `words`: names of kinds, difficulties and flags. Rows are read while they are written. Raises NotFound.
    """
    found = one(platform, contest_id)
    return Table(
        N_("题目质量"),
        COLUMNS,
        (_line(*each, words) for each in _rows(platform, contest_id)),
        notes=NOTES,
        sheets=[
            Table(N_("选项"), OPTION_COLUMNS, _option_lines(platform, contest_id)),
            Table(N_("标签"), TAG_COLUMNS, (_tag_line(each, words) for each in found.tags)),
            Table(N_("赛段"), STAGE_COLUMNS, (_stage_line(each, found.titles) for each in found.stages)),
        ],
    )


COLUMNS = (
    N_("题目编号"),
    N_("题型"),
    N_("题干"),
    N_("难度（自报）"),
    N_("出现次数"),
    N_("见过的人数"),
    N_("用过的比赛"),
    N_("计入的作答"),
    N_("答对率 %"),
    N_("标准差 %"),
    N_("区分度"),
    N_("区分效率"),
    N_("未作答"),
    N_("用时中位数（秒）"),
    N_("校准答对率 %"),
    N_("校准难度"),
    N_("校准误差"),
    N_("提示"),
)
OPTION_COLUMNS = (
    N_("题目编号"),
    N_("选项"),
    N_("正确"),
    N_("选择人数"),
    N_("选择率 %"),
    N_("低分组选择率 %"),
    N_("中分组选择率 %"),
    N_("高分组选择率 %"),
    N_("与其余得分的相关"),
)
TAG_COLUMNS = (
    N_("类别"),
    N_("标签"),
    N_("题数"),
    N_("出现次数"),
    N_("人均遇到次数"),
    N_("计入的作答"),
    N_("答对率 %"),
    N_("平均区分度"),
    N_("未作答"),
    N_("用时中位数（秒）"),
    N_("有提示的题"),
)
STAGE_COLUMNS = (
    N_("比赛"),
    N_("赛段"),
    N_("计入的答题"),
    N_("平均分"),
    N_("标准差"),
    N_("信度"),
    N_("测量误差"),
)
NOTES = (
    (N_("计入"), N_("每人每题只计第一次作答；练习、作废、取消成绩、答错即止和错题重答的不计，但算作见过。")),
    (N_("区分度"), N_("100 × 这道题得分与同一次答题其余题目得分的相关系数（与 Moodle 相同，分母 n−1）。")),
    (N_("区分效率"), N_("100 × 协方差 ÷ 同样两列各自排序后的最大协方差（与 Moodle 相同）。")),
    (N_("高分组"), N_("按其余题目的得分把作答分成低、中、高三组，得分相同的在同一组。")),
    (N_("校准答对率"), N_("一般公众答对的比例，由单参数模型（边际极大似然）算出，与谁抽到这道题无关。")),
)


def _rows(platform: Platform, contest_id: int | None) -> Iterator[tuple[QuestionFigures, Question]]:
    with platform.store.reading() as session:
        rows = session.execute(
            select(QuestionFigures, QuestionVersion.content)
            .join(QuestionVersion, QuestionVersion.id == QuestionFigures.version_id)
            .where(QuestionFigures.analysis_id == newest(contest_id))
            .order_by(QuestionFigures.version_id)
            .execution_options(yield_per=ROWS_READ)
        )
        for row, content in rows:
            yield row, Question.from_dict(content)


def _line(row: QuestionFigures, question: Question, words: Mapping[str, str]) -> Sequence[Cell]:
    found = _proved(row, 0)
    facts, measured = found.figures.facts, found.measured
    return (
        row.version_id,
        words.get(question.kind, question.kind),
        question.stem,
        words.get(question.difficulty or "", ""),
        row.attempts,
        row.people,
        row.contests,
        facts.count,
        _percent(facts.facility),
        _percent(facts.sd),
        _number(facts.index),
        _number(facts.efficiency),
        found.figures.omitted,
        _seconds(found.figures.median_ms),
        _percent(float(measured.calibrated)) if measured else "",
        _number(measured.difficulty) if measured else "",
        _number(measured.error) if measured else "",
        "、".join(words.get(flag, flag) for flag in found.flags),
    )


def _option_lines(platform: Platform, contest_id: int | None) -> Iterator[Sequence[Cell]]:
    for row, question in _rows(platform, contest_id):
        figures = _proved(row, 0).figures
        for each in figures.options:
            yield (
                row.version_id,
                each.option,
                "√" if each.option in question.key else "",
                each.count,
                _percent(each.count / figures.facts.count if figures.facts.count else None),
                *(
                    _percent(part / of if of else None)
                    for part, of in zip(each.thirds, figures.thirds, strict=True)
                ),
                _number(each.correlation),
            )


def _tag_line(tag: TagFigures, words: Mapping[str, str]) -> Sequence[Cell]:
    return (
        words.get(tag.facet, tag.facet),
        tag.value,
        tag.questions,
        tag.attempts,
        _number(tag.meetings),
        tag.answers,
        _percent(tag.facility),
        _number(tag.discrimination),
        tag.omitted,
        _seconds(tag.median_ms),
        tag.flagged,
    )


def _stage_line(each: StageFigures, titles: Mapping[int, str]) -> Sequence[Cell]:
    facts = each.facts
    figures = map(_number, (facts.mean, facts.sd, facts.alpha, facts.error))
    return (titles[each.contest_id], each.stage + 1, facts.attempts, *figures)


def _percent(share: float | None) -> Cell:
    return "" if share is None else _number(share * PERCENT)


def _number(value: float | None) -> Cell:
    return "" if value is None else Decimal(f"{value:.2f}")


def _seconds(ms: int | None) -> Cell:
    return "" if ms is None else Decimal(ms) / 1000


def _proved(row: QuestionFigures, at_ms: int) -> Proved:
    return Proved(
        Exposure(row.attempts, row.people, row.contests),
        _figures(json.loads(row.more)),
        tuple(row.flags.split()),
        measured_in(row),
        at_ms,
    )


def _figures(kept: dict[str, Any]) -> Figures:  # Any: JSON of Figures
    low, middle, high = kept["thirds"]
    return Figures(
        facts=Facts(**kept["facts"]),
        omitted=kept["omitted"],
        median_ms=kept["median_ms"],
        thirds=(low, middle, high),
        options=tuple(
            OptionFigures(each["option"], each["count"], tuple(each["thirds"]), each["correlation"])
            for each in kept["options"]
        ),
        drift=Drift(**kept["drift"]) if kept["drift"] else None,
    )
