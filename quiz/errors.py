"""Refusals: what a person cannot do now, each with a stable code and words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for it
    """Mark a sentence for the catalogue; the floor that shows it translates it."""
    return text


class QuizError(Exception):
    """Something a person asked for that cannot be done; `code` is stable, `message` is for the person.

    `message` is the catalogue's sentence with named places (`%(most)s`), `details` are the plain JSON values
    for them; both travel to the web floor, which translates and fills in.
    """

    code = "refused"
    message = N_("这个请求无法完成。")

    def __init__(self, message: str | None = None, **details: object) -> None:
        self.message = message or type(self).message
        self.details = details
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """The sentence in the source language, filled in."""
        return self.message % self.details if self.details else self.message


class NotFound(QuizError):
    """It does not exist, or this person may not know that it does."""

    code = "not_found"
    message = N_("没有找到，请检查网址。")


class Malformed(QuizError):
    """A request that cannot be read."""

    code = "malformed"
    message = N_("请求的格式不对。")


class InvalidInput(QuizError):
    """A value that somebody typed or uploaded cannot be used as it is."""

    code = "invalid"
    message = N_("填写的内容有误，请检查。")


class SignInNeeded(QuizError):
    """Nobody is signed in, or what was signed has been revoked."""

    code = "sign_in"
    message = N_("请先登录。")


class WrongCode(QuizError):
    """No person has this participant code."""

    code = "wrong_code"
    message = N_("没有这个参赛码。请对照参赛卡重新输入，字母不分大小写。")


class NotAllowed(QuizError):
    """The person is known and may not do this."""

    code = "not_allowed"
    message = N_("您没有权限进行这项操作。")


class NotNow(QuizError):
    """It can be done at another moment: before the opening, outside the daily hours, in a gap."""

    code = "not_open"
    message = N_("现在不能开始答题。")


class Closed(QuizError):
    """Its time is over."""

    code = "closed"
    message = N_("比赛已经结束。")


class QuotaUsed(QuizError):
    """No attempt is left in this day, period or stage."""

    code = "quota"
    message = N_("您的答题次数已经用完。")


class LevelClosed(QuizError):
    """A level that is not open to this person: the one before is not passed, or it is done with."""

    code = "level"
    message = N_("这一关现在不能开始。")


class TooQuick(QuizError):
    """An attempt was handed in before the rules allow it."""

    code = "too_quick"
    message = N_("还没有到可以交卷的时间，答案都已保存，请再检查一遍。")


class UnitNeeded(QuizError):
    """The rules want to know a street, a school … that the person has not named; `tree` says which."""

    code = "unit_needed"
    message = N_("这场比赛需要填写所属单位，请先选择再开始答题。")


class FactsNeeded(QuizError):
    """The rules ask something of the person that is not known; `wanted` lists what: group, born, grade."""

    code = "facts_needed"
    message = N_("这场比赛对参加者有要求，请先补充个人情况再开始答题。")


class ChangedMeanwhile(QuizError):
    """Somebody else changed what this person was looking at."""

    code = "changed"
    message = N_("内容在别处被改过了，没有保存。请重新打开页面核对后再试。")


class AttemptFinished(QuizError):
    """The attempt was handed in or closed before; its result is on record."""

    code = "finished"
    message = N_("这次答题已经交卷。")


class SameKeyOtherBody(QuizError):
    """An Idempotency-Key came again with another request."""

    code = "same_key_other_body"
    message = N_("同一个请求编号被用于不同的请求。")


class TooMany(QuizError):
    """Too many tries in a short time."""

    code = "too_many"
    message = N_("尝试次数太多，请稍后再试。")


class Busy(QuizError):
    """The server has more to do than it can at the moment; nothing was stored."""

    code = "busy"
    message = N_("服务器正忙，请稍后再试。")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a rules document."""

    at: str  # JSON pointer: /stages/0/calendar/opens
    line: int | None  # of the text, from 1
    code: str
    message: str  # the catalogue's sentence: what is wrong and what to write instead
    values: Mapping[str, object] = field(default_factory=dict)  # for its named places

    @property
    def text(self) -> str:
        """The sentence in the source language, filled in."""
        return self.message % self.values if self.values else self.message


class InvalidDocument(QuizError):
    """A rules document that cannot be used; every fault is named with its place."""

    code = "invalid_document"
    message = N_("规则文件有 %(count)s 处错误。")

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(self.faults))
