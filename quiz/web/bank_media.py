"""The pictures and sounds of a question at the desk: put in, said in words, taken out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from question_bank.question import Question
from quiz.errors import InvalidInput
from quiz.rules.permissions import Action
from quiz.services import bank_media, bank_search
from quiz.web.access import allows, platform
from quiz.web.files import actor
from quiz.web.shown import as_html

bank_media_desk = Blueprint("bank_media", __name__, url_prefix="/desk/bank/questions")

LONGEST_WORDS = 500


@bank_media_desk.get("/<int:version_id>/media")
@allows(Action.MANAGE_BANK)
def index(version_id: int) -> ResponseReturnValue:
    """List the pictures and sounds of a question, with a form for another."""
    return _page(version_id)


@bank_media_desk.post("/<int:version_id>/media")
@allows(Action.MANAGE_BANK)
def change(version_id: int) -> ResponseReturnValue:
    """Put one in, give it other words, or take it out; what cannot be done is told on the page."""
    words = request.form.get("words", "").replace("\0", "")[:LONGEST_WORDS]
    name = request.form.get("name", "")
    try:
        match request.form.get("do"):
            case "say":
                stored = bank_media.say(platform(), version_id, name, words, actor())
            case "remove":
                stored = bank_media.remove(platform(), version_id, name, actor())
            case _:
                place = request.form.get("place", "")
                stored = bank_media.add(platform(), version_id, _file(), place, words, actor())
    except InvalidInput as error:
        return _page(version_id, _(error.message, **error.details), words), 400
    flash(_("已保存为新的一版。") if stored != version_id else _("没有改动。"), "good")
    return redirect(url_for("bank_media.index", version_id=stored), 303)


def _file() -> tuple[bytes, str]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput(_("请选择一个图片或声音文件。"))
    return sent.read(), sent.filename.replace("\\", "/").rsplit("/", 1)[-1]


def _page(version_id: int, wrong: str = "", words: str = "") -> str:
    asked = bank_search.one(platform(), version_id).found.question
    return render_template(
        "bank/media.html",
        version_id=version_id,
        asked=asked,
        held=[(m, bank_media.words_of(asked, m.name), as_html(f"![]({m.name})", [m])) for m in asked.media],
        places=[(place, _place(asked, place)) for place in bank_media.places(asked)],
        wrong=wrong,
        words=words,
    )


def _place(asked: Question, place: str) -> str:
    named = {"stem": _("题干"), "material": _("材料"), "explanation": _("解析")}
    return named.get(place) or _("选项 %(letter)s", letter=place)
