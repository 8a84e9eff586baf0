"""What the quality of questions is called, what its figures mean, and what to do about a flag."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from question_bank.flags import FEWEST
from question_bank.quality import Facts

GOOD, FAIR, WEAK = 50, 30, 20  # discrimination indices, as Moodle's manual parts them
HUNDRED = 100


def flag_words() -> Mapping[str, str]:
    """Return what each flag is called."""
    return {
        "wrong_key": _("答案可能有误"),
        "drifting": _("可能已泄露"),
        "too_hard": _("比猜还低"),
        "not_discriminating": _("分不出高下"),
        "too_easy": _("太容易"),
        "too_often_seen": _("用得太多"),
    }


def flag_advice() -> Mapping[str, str]:
    """Return what each flag means and what to do about it."""
    return {
        "wrong_key": _(
            "其余题目答得好的人更多选了另一个选项。请先核对答案：答案错了，就到比赛里更正并重新计分；"
            "答案没错，就看题干是不是有歧义。"
        ),
        "drifting": _("水平相当的人越往后答对的越多，题目可能已经流传。建议停用，或换一个问法。"),
        "too_hard": _("答对的人比随便猜的还少。请核对答案和题干；没有错就标为难题，少用。"),
        "not_discriminating": _(
            "其余题目答得好的人并不更常答对这一题。请看题干是否含糊、考的是不是别的东西。"
        ),
        "too_easy": _("几乎人人答对，排不出名次。可以留作热身题，或换掉没人选的选项。"),
        "too_often_seen": _("这道题用过多场比赛，或同一个人一再遇到。建议歇一歇，补充同类新题。"),
    }


def in_hundred(share: float) -> str:
    """Return a share of people that are right as people count."""
    return _("100 人中约 %(count)s 人答对", count=round(HUNDRED * share))


def percent(share: float | None) -> str:
    """Return a share to the percent, a dash where there is none."""
    return "–" if share is None else f"{round(HUNDRED * share)}%"


def share_of(part: int, whole: int) -> str:
    """Return which share a count is."""
    return percent(part / whole if whole else None)


def index_words(index: float | None) -> str:
    """Return what a discrimination index says of a question."""
    if index is None:
        return _("还看不出")
    if index < 0:
        return _("水平高的人反而更常答错")
    if index < WEAK:
        return _("很弱：与其余题目几乎无关")
    if index < FAIR:
        return _("偏弱")
    return _("够用") if index < GOOD else _("很好：水平高的人明显更常答对")


def confidence_words(facts: Facts) -> str:
    """Return a warning where there are too few answers to say anything."""
    if facts.count >= FEWEST:
        return ""
    return _(
        "只有 %(count)s 个作答，不到 %(few)s 个，数字还靠不住，也不作提示。", count=facts.count, few=FEWEST
    )


def seconds(ms: int | None) -> str:
    """Return a time to the tenth of a second, a dash where none was taken."""
    return "–" if ms is None else _("%(seconds)s秒", seconds=f"{ms / 1000:.1f}")


def decimal(value: float | None, places: int = 0) -> str:
    """Return a figure with so many decimals, a dash where there is none."""
    return "–" if value is None else f"{value:.{places}f}".replace("-", "−")
