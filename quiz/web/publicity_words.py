"""What is said of a board that not everybody sees, or not as it stands."""

from __future__ import annotations

from flask_babel import gettext as _

from quiz.rules.document import Board, Stage
from quiz.rules.publicity import frozen_at_ms, is_public, thaws_ms
from quiz.services.results import Page
from quiz.web.wording import moment


def frozen_words(stage: Stage, shown: Board, found: Page) -> str:
    """Return that a board is frozen, since when and until when. Source: P13 `frozen_from`."""
    if found.frozen_ms is None:
        return ""
    return _(
        "已封榜：这里是 %(since)s 的排名。之后的成绩照常计分，%(until)s 公布。",
        since=moment(found.frozen_ms, stage.calendar.zone),
        until=moment(thaws_ms(stage, shown), stage.calendar.zone, is_end=True),
    )


def withheld_words(shown: Board, found: Page) -> str:
    """Return that rows are left out for the sake of few people. Source: P13 `least_listed`."""
    if not found.withholds:
        return ""
    if shown.of == "people":
        return _("上榜的人不足 %(count)s 个，为保护个人信息，暂不列出。", count=shown.least_listed)
    return _("参加的人不足 %(count)s 个的单位，为保护个人信息，没有列出。", count=shown.least_listed)


def seen_by_public(stage: Stage, shown: Board, now_ms: int) -> list[str]:
    """Return, for the desk, in what the public sees another board than it does."""
    zone, found = stage.calendar.zone, []
    if shown.public is not None and shown.public.to == "organizers":
        found.append(_("这个榜只有主办方可看。"))
    elif not is_public(shown, now_ms, takes_part=True) and shown.public and shown.public.from_ms:
        found.append(_("这个榜 %(since)s 起才公布。", since=moment(shown.public.from_ms, zone)))
    elif not is_public(shown, now_ms, takes_part=False):
        found.append(_("这个榜只有参加者可看。"))
    if frozen_at_ms(stage, shown, now_ms) is not None:
        until = moment(thaws_ms(stage, shown), zone, is_end=True)
        found.append(_("已封榜：公众看到的是封榜时的排名，%(until)s 公布最终的排名。", until=until))
    if shown.least_listed is not None:
        found.append(_("不足 %(count)s 人的不对公众列出。", count=shown.least_listed))
    return found
