"""What reasons to doubt a question are called, and what came of a report."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _


def reason_words() -> Mapping[str, str]:
    """Return what the reasons are called, in the order in which they are offered."""
    return {
        "answer": _("答案好像不对"),
        "unclear": _("题目意思不清楚"),
        "outdated": _("说法过时了"),
        "slip": _("有错字或图片不对"),
        "other": _("别的问题"),
    }


def verdict_words() -> Mapping[str, tuple[str, str]]:
    """Return what came of a report, and the kind of badge that shows it."""
    return {
        "": (_("等编辑看"), ""),
        "kept": (_("题目没有问题"), "strong"),
        "corrected": (_("题目已改正"), "good"),
    }
