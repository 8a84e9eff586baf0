"""Pictures and sounds of a question of the bank: put in, said in words, taken out, each as a version."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

from question_bank.attached import MEDIA_TYPES, SHOWN, Material, Medium, picture
from question_bank.formats.checks_by_kind import MOST_MEDIA
from question_bank.formats.one_medium import fitted
from question_bank.problems import Unreadable
from question_bank.question import Question
from quiz.errors import N_, InvalidInput
from quiz.services import bank_search
from quiz.services.bank_editing import edit
from quiz.services.platform import Actor, Platform

LARGEST_FILE = 20_000_000  # bytes
STEM, MATERIAL, EXPLANATION = "stem", "material", "explanation"  # places; an option's is its letter
LONGEST_STEM = 60  # characters of a file's name


def add(
    platform: Platform, version_id: int, file: tuple[bytes, str], place: str, words: str, actor: Actor
) -> int:
    """Put a picture or a sound at the end of a text of a question and return the new version.

    Raises NotFound, InvalidInput for a file that cannot be used and a place that the question does not have.
    """
    asked = bank_search.one(platform, version_id).found.question
    content, filename = file
    if len(content) > LARGEST_FILE:
        raise InvalidInput(
            N_("“%(name)s”超过 %(most)s MB，请压缩后再用。"),
            name=filename[:40],
            most=LARGEST_FILE // 1_000_000,
        )
    if len(asked.media) >= MOST_MEDIA:
        raise InvalidInput(N_("这道题已有 %(count)s 个图片或声音，请先去掉不用的。"), count=len(asked.media))
    if place not in places(asked):
        raise InvalidInput(N_("这道题没有这个位置，请重新选择。"))
    try:
        medium = fitted(filename, content)
    except Unreadable as error:
        raise InvalidInput(error.problem.message, **error.problem.values) from error
    medium = replace(medium, name=_free_name(filename, medium.type, {m.name for m in asked.media}))
    shown = picture(words, medium.name)

    def with_it(at: str, text: str) -> str:
        return f"{text} {shown}".strip() if at == place else text

    changed = _rewritten(asked, with_it)
    return edit(platform, version_id, replace(changed, media=(*asked.media, medium)), actor)


def say(platform: Platform, version_id: int, name: str, words: str, actor: Actor) -> int:
    """Give a picture or a sound other words wherever it is shown; returns the new version."""
    asked = bank_search.one(platform, version_id).found.question
    _known(asked, name)
    return edit(platform, version_id, _shown_as(asked, name, picture(words, name)), actor)


def remove(platform: Platform, version_id: int, name: str, actor: Actor) -> int:
    """Take a picture or a sound out of a question and its texts; returns the new version."""
    asked = bank_search.one(platform, version_id).found.question
    gone = _known(asked, name)
    left = tuple(medium for medium in asked.media if medium != gone)
    return edit(platform, version_id, replace(_shown_as(asked, name, ""), media=left), actor)


def places(asked: Question) -> list[str]:
    """Return which texts can show something: stem, material, options by letter, explanation."""
    material = [MATERIAL] if asked.material is not None else []
    return [STEM, *material, *(option.id for option in asked.options), EXPLANATION]


def words_of(asked: Question, name: str) -> str:
    """Return the words that a picture or a sound has in a question."""
    found: list[str] = []

    def look(_at: str, text: str) -> str:
        found.extend(words for words, shown in SHOWN.findall(text) if shown == name)
        return text

    _rewritten(asked, look)
    return next(iter(found), "")


def _known(asked: Question, name: str) -> Medium:
    found = next((medium for medium in asked.media if medium.name == name), None)
    if found is None:
        raise InvalidInput(N_("这道题没有这个图片或声音，可能刚刚被别人去掉了。"))
    return found


def _shown_as(asked: Question, name: str, shown: str) -> Question:
    def other(_at: str, text: str) -> str:
        return SHOWN.sub(lambda found: shown if found[2] == name else found[0], text).strip()

    return _rewritten(asked, other)


def _rewritten(asked: Question, rewrite: Callable[[str, str], str]) -> Question:
    """Return a question with every text rewritten, given its place."""
    material = asked.material
    return replace(
        asked,
        stem=rewrite(STEM, asked.stem),
        material=material and Material(rewrite(MATERIAL, material.text), material.id),
        options=tuple(replace(option, text=rewrite(option.id, option.text)) for option in asked.options),
        prompts=tuple(rewrite("prompt", prompt) for prompt in asked.prompts),
        explanation=rewrite(EXPLANATION, asked.explanation),
    )


def _free_name(filename: str, kind: str, taken: set[str]) -> str:
    """Return a name that can stand in a text and is not taken: leaf.png, leaf-2.png."""
    plain = re.sub(r"[^\w.-]+", "-", PurePosixPath(filename).stem).strip("-.")[:LONGEST_STEM] or "medium"
    tries = (f"{plain}{f'-{n}' if n > 1 else ''}{MEDIA_TYPES[kind]}" for n in range(1, len(taken) + 2))
    return next(name for name in tries if name not in taken)
