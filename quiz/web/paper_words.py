"""What papers of a stage would be like, in words for the organizer who is about to publish them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from question_bank.supply import MOST_PAPERS, Supply
from quiz.rules.supplies import StageSupply


@dataclass(frozen=True)
class PaperReport:
    """The figures of one stage, and what an organizer should know of them."""

    stage_name: str
    facts: Sequence[tuple[str, str, str]]
    notes: Sequence[str]


def report(found: StageSupply) -> PaperReport:
    """Return what is told of the papers of one stage."""
    if found.supply is None:
        return PaperReport(found.stage.name, (), ())
    return PaperReport(found.stage.name, _facts(found.supply), _notes(found, found.supply))


def _facts(supply: Supply) -> list[tuple[str, str, str]]:
    spread, exposure = supply.spread, supply.exposure
    at_least = supply.papers == MOST_PAPERS
    return [
        (_("各组可抽的题"), _("、").join(str(count) for count in supply.available), _("题")),
        (_("预期平均得分"), f"{spread.mean:.2f}", _("分")),
        (
            _("各卷相差（标准差）"),
            f"{spread.deviation:.2f}",
            _("分；不按难度均衡是 %(blind)s 分", blind=f"{spread.blind:.2f}"),
        ),
        (_("做几份才遇到重复的题"), str(supply.papers), _("份以上") if at_least else _("份")),
        (
            _("一道题平均出现在"),
            _percent(exposure.mean),
            _("的试卷里，最多的一道 %(most)s", most=_percent(exposure.most)),
        ),
    ]


def _notes(found: StageSupply, supply: Supply) -> list[str]:
    notes = []
    if found.torn:
        count = sum(len(each) for each in found.torn)
        notes.append(
            _(
                "有 %(materials)s 份材料的 %(count)s 道题不会抽到："
                "同一份材料的题要一起出，可是有的不合任何一组的条件，"
                "或这些组的题数不够、每题分值不同。请放宽各组的条件，或让相邻各组每题分值相同。",
                materials=len(found.torn),
                count=count,
            )
        )
    if supply.undeclared:
        notes.append(_("有 %(count)s 道题没有标难度，按中等难度估计。", count=supply.undeclared))
    if found.stage.paper.draw == "unseen" and supply.papers < MOST_PAPERS:
        notes.append(_("同一个人答到第 %(number)s 次时会再次遇到做过的题。", number=supply.papers + 1))
    return notes


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"
