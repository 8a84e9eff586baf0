"""What every question must satisfy, from whatever format: the same faults with the same codes and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from question_bank.bounds import valid_until
from question_bank.formats.checks_by_kind import BY_KIND, check_attached
from question_bank.formats.place import Place, brief
from question_bank.formats.reading import Placed
from question_bank.problems import ERROR, N_, Problem
from question_bank.question import CHOICES, LETTERS, MOST_OPTIONS, SEVERAL, Question, digest

__all__ = ["Place", "brief", "check", "letters_checked", "repeated", "repeated_rows"]

LONGEST_STEM, LONGEST_OPTION, LONGEST_EXPLANATION = 4_000, 1_000, 10_000  # characters a phone can still show
LONGEST_ID = 200
KIND_NAMES = {"single": N_("单选题"), "true_false": N_("判断题")}


def check(place: Place, question: Question) -> None:
    """Note everything that is wrong with a question as it was read."""
    _check_stem(place, question)
    if question.kind != "fill":
        _check_options(place, question)
    if question.kind in CHOICES:
        _check_key(place, question)
    else:
        BY_KIND[question.kind](place, question)
    check_attached(place, question)
    _check_bounds(place, question)
    if len(question.explanation) > LONGEST_EXPLANATION:
        place.error(
            "explanation",
            "too-long",
            TOO_LONG_EXPLANATION,
            length=len(question.explanation),
            most=LONGEST_EXPLANATION,
        )
    if len(question.external_id) > LONGEST_ID:
        place.error("id", "too-long", TOO_LONG_ID, most=LONGEST_ID)


def _check_bounds(place: Place, question: Question) -> None:
    try:
        valid_until(question.tags)
    except ValueError as error:
        place.error("tags.valid_until", "not-a-date", NOT_A_DATE, text=brief(str(error)))


def _check_stem(place: Place, question: Question) -> None:
    if not question.stem.strip():
        place.error("stem", "empty-stem", EMPTY_STEM)
    elif len(question.stem) > LONGEST_STEM:
        place.error(
            "stem",
            "too-long",
            TOO_LONG_STEM,
            length=len(question.stem),
            most=LONGEST_STEM,
        )


def _check_options(place: Place, question: Question) -> None:
    texts = [option.text for option in question.options]
    if len(texts) < 2:
        place.error(
            "option",
            "too-few-options",
            TOO_FEW,
            count=len(texts),
        )
    for option in question.options:
        if not option.text.strip():
            place.error(
                f"option{option.id}",
                "gap-in-options",
                GAP,
                letter=option.id,
            )
        elif len(option.text) > LONGEST_OPTION:
            place.error(
                f"option{option.id}",
                "too-long",
                TOO_LONG_OPTION,
                letter=option.id,
                length=len(option.text),
                most=LONGEST_OPTION,
            )
    _check_equal_options(place, question)


def _check_equal_options(place: Place, question: Question) -> None:
    counts = Counter(" ".join(option.text.split()) for option in question.options if option.text.strip())
    for text, count in counts.items():
        if count == 1:
            continue
        letters = [o.id for o in question.options if " ".join(o.text.split()) == text]
        if question.kind in CHOICES and question.key.isdisjoint(letters):
            place.warn(
                f"option{letters[-1]}",
                "duplicate-options",
                EQUAL_WRONG,
                letters="、".join(letters),
            )
        else:
            place.error(
                f"option{letters[-1]}",
                "duplicate-options",
                EQUAL_RIGHT,
                letters="、".join(letters),
            )


def _check_key(place: Place, question: Question) -> None:
    if place.is_faulty and not question.key:
        return
    outside = sorted(question.key - {option.id for option in question.options})
    if not question.key:
        place.error("answer", "no-answer", NO_ANSWER)
    elif outside and len(question.options) >= 2:
        place.error(
            "answer",
            "answer-out-of-range",
            OUTSIDE,
            outside="、".join(outside),
            last=question.options[-1].id,
        )
    elif len(question.key) > 1 and question.kind not in SEVERAL:
        place.error(
            "answer",
            "too-many-answers",
            TOO_MANY_ANSWERS,
            kind=KIND_NAMES[question.kind],
            count=len(question.key),
        )
    elif len(question.key) == 1 and question.kind == "multiple":
        place.warn("answer", "one-answer", ONE_ANSWER)


def letters_checked(place: Place, texts: Sequence[str]) -> bool:
    """Note a question with more options than letters; returns whether they can be lettered."""
    if len(texts) <= MOST_OPTIONS:
        return True
    place.error(
        "option",
        "too-many-options",
        TOO_MANY_OPTIONS,
        count=len(texts),
        most=MOST_OPTIONS,
        last=LETTERS[-1],
    )
    return False


def repeated(placed: Sequence[Placed], named: Sequence[tuple[str, str, int]] = ()) -> list[Problem]:
    """Return an error for each row that repeats an earlier one: the same id, or the same wording.

    `named`: id, sheet and row of every row that has an id, faulty ones too.
    """
    asked = [(p.sheet, p.row, digest(p.question), p.question.right_texts) for p in placed]
    return repeated_rows(asked, named)


def repeated_rows(
    asked: Sequence[tuple[str, int, str, object]], named: Sequence[tuple[str, str, int]]
) -> list[Problem]:
    """Return the same from sheet, row, digest of the wording, and what is right.

    The same wording with another answer is a conflict and keeps both rows out: nobody but the author knows
    which is right.
    """
    problems = []
    first_named: dict[str, tuple[str, int]] = {}
    for name, sheet, row in named:
        first = first_named.setdefault(name, (sheet, row))
        if first != (sheet, row):
            problems.append(_repeats((sheet, row), first, "repeated-id", name))
    out = {(problem.sheet, problem.row) for problem in problems}
    by_wording: dict[str, tuple[tuple[str, int], object]] = {}
    for sheet, row, wording, right in asked:
        here = (sheet, row)
        there, theirs = (here, right) if here in out else by_wording.setdefault(wording, (here, right))
        if here == there:
            continue
        if theirs == right:
            problems.append(_repeats(here, there, "duplicate"))
        else:
            problems += [_repeats(here, there, "conflict"), _repeats(there, here, "conflict")]
    return problems


def _repeats(here: tuple[str, int], there: tuple[str, int], code: str, name: str = "") -> Problem:
    name = brief(name)
    sentence = REPEATS[code] if here[0] == there[0] else REPEATS_ON_OTHER_SHEET[code]
    values = {"id": name, "sheet": there[0], "row": there[1]}
    return Problem(*here, "", code, sentence, ERROR, values)


REPEATS = {
    "repeated-id": N_("题号 %(id)s 与第 %(row)s 行重复。请改成不同的题号，或删去重复的行。"),
    "duplicate": N_("与第 %(row)s 行是同一道题（题干和选项相同），不再导入这一行。"),
    "conflict": N_("与第 %(row)s 行是同一道题，但答案不同。请核对哪个答案正确，只留一行。"),
}
REPEATS_ON_OTHER_SHEET = {
    "repeated-id": N_("题号 %(id)s 与工作表“%(sheet)s”第 %(row)s 行重复。请改成不同的题号，或删去重复的行。"),
    "duplicate": N_("与工作表“%(sheet)s”第 %(row)s 行是同一道题（题干和选项相同），不再导入这一行。"),
    "conflict": N_("与工作表“%(sheet)s”第 %(row)s 行是同一道题，但答案不同。请核对哪个答案正确，只留一行。"),
}
TOO_LONG_EXPLANATION = N_("解析有 %(length)s 字，最多 %(most)s 字，请缩短。")
NOT_A_DATE = N_("有效期“%(text)s”不是日期，请写成 2026-12-31 的样子，只写一个。")
TOO_LONG_ID = N_("题号太长，最多 %(most)s 字，请缩短。")
EMPTY_STEM = N_("题干是空的，请填写题干。")
TOO_LONG_STEM = N_("题干有 %(length)s 字，最多 %(most)s 字，请缩短。")
TOO_FEW = N_("只有 %(count)s 个选项，至少要有 2 个。请补上选项；如果选项写在题干里，请拆到选项列。")
GAP = N_("选项 %(letter)s 是空的，但后面还有选项。请补上或把后面的选项前移。")
TOO_LONG_OPTION = N_("选项 %(letter)s 有 %(length)s 字，最多 %(most)s 字，请缩短。")
EQUAL_WRONG = N_("选项 %(letters)s 的内容相同，建议改成不同的内容。")
EQUAL_RIGHT = N_("选项 %(letters)s 的内容相同，其中有正确答案，选哪个才对分不清。请改成不同的内容。")
NO_ANSWER = N_("没有写答案，请填写正确选项的字母。")
OUTSIDE = N_("答案是 %(outside)s，但选项只到 %(last)s。请改正答案或补上选项。")
TOO_MANY_ANSWERS = N_("%(kind)s只能有一个答案，这里有 %(count)s 个。请改正答案，或把题型改为多选题。")
ONE_ANSWER = N_("多选题只有一个答案，请核对是否漏写。")
TOO_MANY_OPTIONS = N_("有 %(count)s 个选项，最多 %(most)s 个（A–%(last)s）。")
