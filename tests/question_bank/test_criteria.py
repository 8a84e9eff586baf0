"""Holds the criteria that docs/bank.md lists against the list they were taken from."""

import csv
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "bank.md"


def test_the_page_on_the_bank_says_of_each_criterion_whether_it_was_read(shared: Path) -> None:
    with (shared / "data" / "criteria.csv").open(encoding="utf-8", newline="") as file:
        listed = [(row["number"], row["short_title"], row["standing"]) for row in csv.DictReader(file)]

    page = re.findall(
        r"^\| (\d+) \| (\S+) \| ([a-z ]+) \| \d+ \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert page == [
        (number, title, standing.removesuffix(" in the document")) for number, title, standing in listed
    ]
