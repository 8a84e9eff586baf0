"""What phones of 2019 read: scripts are ES2019, styles need nothing that Chromium 78 or iOS 13 lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import esprima
import pytest

STATIC = Path(__file__).parents[2] / "static"
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
STYLES = sorted((STATIC / "css").glob("*.css"))
LATER_CALLS = re.compile(  # methods that one of the two lacks
    r"\.(replaceAll|at|flatMap|matchAll|allSettled|any|fromEntries|hasOwn|structuredClone|requestSubmit|replaceChildren|"
    r"randomUUID|findLast|toSorted|isVisible|checkVisibility)\(|\bglobalThis\b|\bqueueMicrotask\("
)
LATER_VALUES = {  # of a declaration: what is not there yet → since when; one before it may stand in
    r"^inset(-(block|inline))?[\w-]*:": "Chromium 87, iOS 14.5",
    r"^aspect-ratio:": "Chromium 88, iOS 15",
    r"^(row-|column-)?gap:": "in flex boxes Chromium 84, iOS 14.5; in grids write grid-gap",
    r"^(margin|padding|border)-(inline|block)[\w-]*:": "Chromium 87, iOS 14.5",
    r"^(content-visibility|text-wrap):|^overflow(-[xy])?: *clip": "2020 and later",
    r"\d[dsl]v(h|w|min|max)\b": "Chromium 108, iOS 15.4",
    r"(?<![\w-])(clamp|min|max)\(": "Chromium 79, iOS 13.4",
    r"(?<![\w-])(color-mix|lab|lch|oklab|oklch|light-dark)\(": "2023",
}
LATER_RULES = {  # of a selector or an at-rule
    r":(is|where|has)\(": "Chromium 88, iOS 14; :has much later",
    r":not\([^()]*,": "lists in :not: Chromium 88",
    r"@(layer|container|property|scope|starting-style)\b": "2020 and later",
    r"@media[^{]*[<>]": "ranges: Chromium 104, iOS 16.4",
    r"@media[^{]*\(scripting": "Chromium 120, iOS 17",
    r"^&": "nesting: Chromium 112, iOS 16.5",
}
LOSES_WITH_IT = (
    ":focus-visible",
    "::file-selector-button",
    "::marker",
)  # a selector list with it is unknown as a whole


def rules_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what stands before and inside the braces of each innermost rule, @supports left out."""
    css = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
    css = re.sub(r"@supports[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
    for found in re.finditer(r"([^{}]*(?:\{[^{}]*)?)\{([^{}]*)\}", css):
        yield " ".join(found[1].split()), found[2]


def without_fallback(declarations: str) -> Iterator[str]:
    """Yield the declarations that came later and have none of the same property before them."""
    known = set()
    for said in (" ".join(each.split()) for each in declarations.split(";")):
        name = said.split(":")[0]
        if name not in known and any(re.search(what, said) for what in LATER_VALUES):
            yield said
        known.add(name)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_classic_and_of_2019(path: Path) -> None:
    text = path.read_text("utf-8")

    program = esprima.parseScript(text, tokens=True)  # knows nothing that came after 2019, and no modules

    assert [t.value for t in program.tokens if t.type == "RegularExpression" and "(?<" in t.value] == []
    assert [t.value for t in program.tokens if t.type == "Keyword" and t.value == "import"] == []
    assert LATER_CALLS.findall(text) == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_need_nothing_that_came_later(path: Path) -> None:
    later = [said for _before, inside in rules_of(path) for said in without_fallback(inside)]
    rules = [before for before, _ in rules_of(path) if any(re.search(what, before) for what in LATER_RULES)]

    assert (later, rules) == ([], [])


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_selector_that_an_old_browser_does_not_know_takes_no_other_with_it(path: Path) -> None:
    lists = [before for before, _inside in rules_of(path) if "," in before.rsplit("{")[-1]]

    assert [each for each in lists if any(part in each for part in LOSES_WITH_IT)] == []


def test_long_words_break_without_what_came_later() -> None:
    body = next(inside for before, inside in rules_of(STATIC / "css" / "site.css") if before == "body")

    assert "overflow-wrap: anywhere; word-break: break-word" in body


@pytest.mark.parametrize(
    "later",
    ["inset: 0", "gap: 1rem", "min-height: 100dvh", "width: min(1rem, 2vw)", "margin-inline: auto"],
)
def test_later_styles_are_found(later: str) -> None:
    assert list(without_fallback(later)) == [later]


def test_what_stands_before_a_later_value_stands_in() -> None:
    assert list(without_fallback("width: 5rem; width: min(12rem, 45vw)")) == []


@pytest.mark.parametrize(
    "later", ["a?.b;", "a ?? b;", "a ||= b;", "1_000;", "10n;", "class A { x = 1 }", "import a from 'b';"]
)
def test_what_came_later_is_found(later: str) -> None:
    with pytest.raises(esprima.Error):
        esprima.parseScript(later)
