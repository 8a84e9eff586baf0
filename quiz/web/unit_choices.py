"""Finding one's unit of each tree in a form: what was typed, what was found, and what a change means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from quiz.models.accounts import Unit
from quiz.services import desk, moving
from quiz.services import units as service
from quiz.web.access import now_ms, platform
from quiz.web.bodies import plain
from quiz.web.desk_words import tree_words
from quiz.web.language import refusal
from quiz.web.ways import LONGEST_TYPED
from quiz.web.words import moving_words, together

TOO_HIGH = ("district",)  # levels that tell nothing about a person


@dataclass(frozen=True)
class UnitChoice:
    """What somebody has typed to find their unit of one tree, and what was found."""

    tree: str
    label: str
    typed: str = ""
    found: Sequence[Unit] = ()
    wrong: str = ""
    present: str = ""  # the unit they have, as a path
    told: Mapping[str, str] | None = None  # titles of contests → when it may be changed there
    locked: str = ""  # why it cannot be changed any more

    @property
    def has_more(self) -> bool:
        """Whether more may be found than is listed."""
        return len(self.found) >= service.MOST_FOUND

    def above(self, unit: Unit) -> str:
        """Return what tells a unit from others of its name: all above it but the district."""
        names = unit.path.split("/")[:-1]
        return " · ".join(names[1:] if self.tree == "region" else names)


def choices_of(form: Mapping[str, str], person_id: int | None = None) -> list[UnitChoice]:
    """Return, for each tree of units, what the form says of it, and what contests say of a change."""
    labels = {"region": _("所在街道或社区"), "school": _("所在学校")}
    policies = moving.policies(platform(), person_id, now_ms())
    return [
        _choice(
            tree,
            labels.get(tree, tree_words().get(tree, tree)),
            form,
            [policy for policy in policies if policy.tree == tree],
        )
        for tree, count in desk.trees(platform())
        if count
    ]


def chosen_of(form: Mapping[str, str], choices: Sequence[UnitChoice]) -> dict[str, int] | None:
    """Return the unit of each tree in which one was typed and is clear; None where one is not clear."""
    chosen = {}
    for choice in choices:
        if choice.typed:
            unit_id = _picked(choice.tree, form, choice.found) or _exact(choice.typed, choice.found)
            if unit_id is None:
                return None
            chosen[choice.tree] = unit_id
    return chosen


def moves_of(choices: Sequence[UnitChoice]) -> list[tuple[str, str]]:
    """Return what contests say of a change and of which it holds; what holds for every tree names none."""
    labels: dict[tuple[str, str], list[str]] = {}
    for choice in choices:
        for said in (choice.told or {}).items():
            labels.setdefault(said, []).append(choice.label)
    return [
        (titles if len(named) == len(choices) else " · ".join((*named, titles)), words)
        for (titles, words), named in labels.items()
    ]


def found_in(tree: str, typed: str) -> list[Unit]:
    """Return the units of a tree that are called so, without those that tell nothing about a person."""
    return [unit for unit in service.find(platform(), typed, tree) if unit.level not in TOO_HIGH]


def _choice(tree: str, label: str, form: Mapping[str, str], policies: Sequence[moving.Policy]) -> UnitChoice:
    typed = plain(form.get(f"find-{tree}", ""))[:LONGEST_TYPED]
    told, locked = _told(policies), _locked(policies)
    if not typed:
        return UnitChoice(tree, label, told=told, locked=locked)
    found = found_in(tree, typed)
    wrong = ""
    if not found:
        wrong = _("没有找到“%(typed)s”，请换几个字，或先空着。", typed=typed)
    elif len(found) > 1 and _picked(tree, form, found) is None and _exact(typed, found) is None:
        wrong = _("找到 %(count)s 个，请选一个。", count=len(found))
    return UnitChoice(tree, label, typed, found, wrong, told=told, locked=locked)


def _told(policies: Sequence[moving.Policy]) -> Mapping[str, str]:
    """Return what contests say of a change, those that say the same together."""
    titles: dict[str, list[str]] = {}
    for policy in policies:
        words = moving_words(policy.rules)
        if policy.until:
            words = together((words, _("您最晚可以改到 %(date)s。", date=policy.until)))
        titles.setdefault(words, []).append(_("“%(title)s”", title=policy.title))
    return {"".join(named): words for words, named in titles.items()}


def _locked(policies: Sequence[moving.Policy]) -> str:
    return next((refusal(policy.refusal) for policy in policies if policy.refusal is not None), "")


def _picked(tree: str, form: Mapping[str, str], found: Sequence[Unit]) -> int | None:
    picked = form.get(f"unit-{tree}", "")
    return next((unit.id for unit in found if str(unit.id) == picked), None)


def _exact(typed: str, found: Sequence[Unit]) -> int | None:
    """Return the one unit that is meant without asking: the only one found, or the only one of that name."""
    same = [unit for unit in found if unit.name == typed]
    clear = same if same else found
    return clear[0].id if len(clear) == 1 else None
