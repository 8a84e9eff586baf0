"""What corrections are called: to the organizer who books them, and to the person whom they concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _

from quiz.rules.rekeyed import EVERYBODY, NOBODY, Rekeyed
from quiz.services.corrected import Booked
from quiz.services.correcting import ALSO, KEY
from quiz.web.wording import number


def kind_words() -> Mapping[str, str]:
    """Return what can be corrected is called."""
    return {
        "attempt": _("一次答题"),
        "person": _("一个人"),
        "unit": _("一个单位"),
        "question": _("一道题的答案"),
    }


def do_words(of: str) -> Mapping[str, str]:
    """Return what may be done to something, with what it means."""
    return {
        "attempt": {
            "void": _("作废：这次答题不计入任何榜单"),
            "zero": _("记零分：次数照算，分数为 0"),
            "adjust": _("加减分：在这次答题的得分上增加或减少"),
            "remark": _("改判：这次答题的得分改为填写的分值"),
            "restore": _("恢复：撤销作废或零分"),
        },
        "person": {
            "disqualify": _("取消资格：从所有榜单移到榜下并写明理由，答题记录保留"),
            "zero": _("记零分：总分为 0，仍在榜上"),
            "adjust": _("加减分：在总分上增加或减少"),
            "restore": _("恢复：撤销取消资格或零分"),
        },
        "unit": {
            "disqualify": _("取消资格：从单位榜移到榜下并写明理由，个人榜不变"),
            "restore": _("恢复：撤销取消资格"),
        },
        "question": {"remark": _("改正答案并重新计分")},
    }[of]


def short_words() -> Mapping[str, str]:
    """Return how corrections are called in a list."""
    return {
        "void": _("作废"),
        "zero": _("记零分"),
        "adjust": _("加减分"),
        "remark": _("改判"),
        "disqualify": _("取消资格"),
        "restore": _("恢复"),
    }


def counts_words() -> Mapping[str, str]:
    """Return how a question may be marked from now on."""
    return {
        KEY: _("改答案：只有下面的算对"),
        ALSO: _("也算对：下面的和原来的答案都算对"),
        EVERYBODY: _("人人得分：抽到这道题的人都得这道题的满分，没答的也得"),
        NOBODY: _("不计分：这道题从试卷中去掉，满分相应减少"),
    }


def marked_as(text: str) -> str:
    """Return how a question is marked: its key, or that everybody or nobody gets its points."""
    return {EVERYBODY: _("人人得分"), NOBODY: _("不计分")}.get(text, text)


def told(corrections: Iterable[Booked]) -> Sequence[str]:
    """Return what a person is told of corrections that concern one of their attempts."""
    return [_sentence(row) for row in corrections]


def _sentence(row: Booked) -> str:
    points = number(row.points) if row.points is not None else ""
    signed = points if points.startswith("-") else f"+{points}"
    if row.rekeyed is not None:
        return _of_question(row, row.rekeyed)
    of_attempt = {
        "void": _("这次答题已作废，不计入成绩。理由：%(because)s", because=row.because),
        "zero": _("这次答题记零分。理由：%(because)s", because=row.because),
        "adjust": _("这次答题加减分：%(points)s 分。理由：%(because)s", points=signed, because=row.because),
        "remark": _("这次答题改判为 %(points)s 分。理由：%(because)s", points=points, because=row.because),
        "restore": _("这次答题已恢复。理由：%(because)s", because=row.because),
    }
    of_person = {
        "disqualify": _("你在这场比赛的参赛资格已取消。理由：%(because)s", because=row.because),
        "zero": _("你在这场比赛的总分记为零。理由：%(because)s", because=row.because),
        "adjust": _("你的总分加减分：%(points)s 分。理由：%(because)s", points=signed, because=row.because),
        "restore": _("你在这场比赛的成绩已恢复。理由：%(because)s", because=row.because),
    }
    return (of_attempt if row.attempt_id is not None else of_person)[row.do]


def _of_question(row: Booked, becomes: Rekeyed) -> str:
    """Return what is told of a corrected key: never the key itself, which the rules may still hide."""
    if becomes.is_for_all:
        return _("第 %(n)s 题更正：人人得分。理由：%(because)s", n=row.n, because=row.because)
    if becomes.is_out:
        return _("第 %(n)s 题更正：不计分，满分相应减少。理由：%(because)s", n=row.n, because=row.because)
    if len(becomes.keys) > 1 or len(becomes.orders) > 1:
        return _("第 %(n)s 题更正：不止一个答案算对。理由：%(because)s", n=row.n, because=row.because)
    return _("第 %(n)s 题更正：答案已改，按新答案计分。理由：%(because)s", n=row.n, because=row.because)
