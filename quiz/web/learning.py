"""Practice by topic and the wrong questions, as pages that work without script."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.errors import InvalidInput
from quiz.rules.learning import RIGHT_DAYS, Learned, day_of, days_after
from quiz.rules.permissions import Action
from quiz.services import mistakes, practising
from quiz.services.practising import BLANK, Asked
from quiz.web.access import allows, now_ms, platform, signed_in, visitor
from quiz.web.asking import FIELD, TELL, asked_alone, explained_alone, given, is_about
from quiz.web.bodies import id_of
from quiz.web.language import refusal, said
from quiz.web.paging import Part, asked_page, cleaned
from quiz.web.shown import as_words
from quiz.web.topics import topic_words

learning = Blueprint("learning", __name__)

BOOK_ROWS = 20
LONGEST_STEM = 60  # characters in a list


@learning.get("/practice")
@allows(Action.READ_PUBLIC)
def topics() -> ResponseReturnValue:
    """Show the topics with how many questions each has, and how far the visitor is."""
    person = visitor()
    found = practising.practice(platform(), person.person_id if person else None, now_ms())
    return render_template("learning/topics.html", found=found, topic_words=topic_words)


@learning.get("/practice/next")
@allows(Action.TAKE_PART)
def next_question() -> ResponseReturnValue:
    """Lead to the question that comes next: of a topic, or of the wrong questions that are due."""
    person_id = signed_in().person_id
    if _is_book():
        due = mistakes.next_due(platform(), person_id, now_ms())
        if due is None:
            flash(_("今天要复习的都做完了，很好。"), "good")
            return redirect(url_for("learning.book"))
        return redirect(url_for("learning.question", question_id=due, book=1))
    after = id_of(request.args.get("after"))
    found = practising.next_question(platform(), person_id, _topic(), after, now_ms())
    if found is None:
        flash(_("这里现在没有可以练习的题。"), "warn")
        return redirect(url_for("learning.topics"))
    return redirect(url_for("learning.question", question_id=found, topic=_topic()))


@learning.get("/practice/questions/<int:question_id>")
@allows(Action.TAKE_PART)
def question(question_id: int) -> ResponseReturnValue:
    """Ask one question."""
    return _asked(practising.asked(platform(), signed_in().person_id, question_id, now_ms()))


@learning.post("/practice/questions/<int:question_id>")
@allows(Action.TAKE_PART)
def answer(question_id: int) -> ResponseReturnValue:
    """Take an answer that counts nowhere, and explain it."""
    person_id, now = signed_in().person_id, now_ms()
    asked = practising.asked(platform(), person_id, question_id, now, _day_of_form())
    if not is_about(asked):
        return _asked(asked, _("这道题刚刚更新过，请再看一遍。")), 409
    response = given()
    if not response and TELL not in request.form:
        return _asked(asked, said(BLANK)), 422
    try:
        shown, stands = practising.answer(platform(), person_id, asked, response, now)
    except InvalidInput as error:
        return _asked(asked, refusal(error)), 422
    return render_template(
        "learning/answered.html",
        q=explained_alone(asked, shown),
        question_id=question_id,
        stands=_stands_words(stands),
        **_where(),
    )


@learning.get("/mistakes")
@allows(Action.TAKE_PART)
def book() -> ResponseReturnValue:
    """Show the wrong questions, what is due first."""
    person, now, page = signed_in(), now_ms(), asked_page()
    mistakes.collect(platform(), person.persons, now)
    found = mistakes.book(platform(), person.person_id, now, (page - 1) * BOOK_ROWS, BOOK_ROWS)
    rows = [
        (each.question_id, as_words(each.question.stem)[:LONGEST_STEM], _due_words(each.due_on), each.is_due)
        for each in found.rows
    ]
    return render_template(
        "learning/book.html", rows=rows, found=found, part=Part(page, BOOK_ROWS, found.count)
    )


@learning.post("/mistakes/<int:question_id>/remove")
@allows(Action.TAKE_PART)
def remove(question_id: int) -> ResponseReturnValue:
    """Take a question out of the book."""
    mistakes.remove(platform(), signed_in().person_id, question_id)
    flash(_("已移出错题本。以后再答错，它会回来。"))
    return redirect(url_for("learning.book"), 303)


def _asked(asked: Asked, wrong: str = "") -> str:
    return render_template(
        "learning/question.html",
        q=asked_alone(asked),
        asked=asked,
        chosen=request.form.getlist(FIELD),
        wrong=wrong,
        **_where(),
    )


def _is_book() -> bool:
    return request.args.get("book") == "1"


def _topic() -> str | None:
    """Return the topic of the address, "" for the questions without one; None: all."""
    topic = request.args.get("topic")
    return None if topic is None else cleaned(topic)


def _where() -> dict[str, object]:
    """Return what the address says of where the question came from, and what that is called."""
    if _is_book():
        return {"where": {"book": 1}, "title": _("错题本"), "back": url_for("learning.book")}
    topic = _topic()
    title = _("混合练习") if topic is None else topic_words(topic)
    return {"where": {"topic": topic}, "title": title, "back": url_for("learning.topics")}


def _day_of_form() -> str | None:
    """Return the day on which the form was opened: today, or yesterday for who answers after midnight."""
    today = day_of(now_ms())
    said_on = request.form.get("on")
    return said_on if said_on in (today, days_after(today, -1)) else None


def _due_words(due_on: str) -> str:
    today = day_of(now_ms())
    if due_on <= today:
        return _("今天可以复习")
    if due_on == days_after(today, 1):
        return _("明天再来")
    _year, month, day = due_on.split("-")
    return _("%(month)s月%(day)s日再来", month=int(month), day=int(day))


def _stands_words(stands: Learned) -> str:
    """Return what becomes of a question after an answer, "" where nothing does."""
    if stands.due_on is not None:
        left = RIGHT_DAYS - stands.right_days
        due = _due_words(stands.due_on)
        return _("在错题本里：%(due)s，再有 %(left)s 天答对就离开。", due=due, left=left)
    return _("它已经离开错题本。") if stands.right_days else ""
