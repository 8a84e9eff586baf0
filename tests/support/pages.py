"""What is asked of every page, whatever it shows: one heading, a title, labels, tags that fit together."""

from __future__ import annotations

from html.parser import HTMLParser

from flask import Flask

from tests.support.desk import Visitor

VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path", "circle"}
)
NEED_LABEL = frozenset({"input", "select", "textarea"})
UNLABELLED = frozenset({"hidden", "submit", "button"})


class Reader(Visitor):
    """A browser without script that looks at every page it opens with a critical eye."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.faults: list[str] = []

    def open(self, address: str, status: int = 200) -> str:
        """Open an address and check the page."""
        text = super().open(address, status)
        assert self.page is not None
        if self.page.mimetype == "text/html" and "part=" not in address:
            assert faults_of(self.page.get_data(as_text=True)) == []
        return text


def faults_of(html: str) -> list[str]:
    """Return what is wrong with the HTML of a page."""
    page = _Page()
    page.feed(html)
    page.close()
    faults = [*page.faults, *(f"<{tag}> is not closed" for tag in page.open)]
    if page.headings != 1:
        faults.append(f"{page.headings} first headings")
    if not page.title.strip():
        faults.append("no title")
    if not page.language:
        faults.append("no language")
    faults += [f"no label for {name}" for name in page.inputs if name not in page.labelled]
    faults += [f"id {name} twice" for name in {i for i in page.ids if page.ids.count(i) > 1}]
    return faults


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings = 0
        self.title = self.language = ""
        self.inputs: list[str] = []
        self.labelled: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = said.get("lang", "")
        if tag == "h1":
            self.headings += 1
        if "id" in said:
            self.ids.append(said["id"])
        if "style" in said or any(name.startswith("on") for name in said):
            self.faults.append(f"<{tag}> has a style or a script of its own")
        if tag == "label":
            self.labelled.add(said.get("for", ""))
        if tag in NEED_LABEL and said.get("type") not in UNLABELLED:
            name = said.get("id") or said.get("name", "")
            self.inputs.append(name)
            if "label" in self.open or "aria-label" in said:
                self.labelled.add(name)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        elif self.open:
            self.open.pop()

    def handle_data(self, text: str) -> None:
        if self.open and self.open[-1] == "title":
            self.title += text
