"""The large works on the bank that go on or were given up, as the desk lists them to find them again."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from quiz.services import bulk, duplicates, examining, taking, works
from quiz.services.works import Going
from quiz.web.access import now_ms, platform, signed_in
from quiz.web.desk_words import to_do_words


class Listed(NamedTuple):
    """A work with what it is called and the page that shows how far it is."""

    words: str
    address: str
    work: Going


def listed() -> list[Listed]:
    """Return what goes on or failed within a day; of comparisons of files those of the person who looks."""
    kinds = (*bulk.CHANGES, taking.TAKE, examining.COMPARE, duplicates.TWINS)
    found = works.open_works(platform(), kinds, now_ms())
    mine = signed_in().person_id
    return [_listed(work) for work in found if work.kind != examining.COMPARE or work.actor_id == mine]


def _listed(work: Going) -> Listed:
    match work.kind:
        case taking.TAKE:
            return Listed(_("导入题目"), url_for("bank.imported", import_id=work.wanted["import"]), work)
        case examining.COMPARE:
            return Listed(_("文件和题库比对"), url_for("bank.doubles", token=work.wanted["file"]), work)
        case duplicates.TWINS:
            return Listed(_("比对相似题目"), url_for("duplicates.index"), work)
        case to_do:
            return Listed(to_do_words()[to_do], url_for("bank_chosen.show", token=work.token), work)
