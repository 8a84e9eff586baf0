"""What search engines are told: which pages they may keep, under which address, and which never."""

from __future__ import annotations

import re

from flask import Flask

from quiz import starter
from quiz.services.platform import Actor, Platform
from tests.support.desk import Visitor

ONE = re.compile(r'<link rel="canonical" href="([^"]+)">')


def test_the_map_of_the_site_lists_what_may_be_kept_and_no_page_with_names(
    app: Flask, platform: Platform
) -> None:
    starter.load(platform, Actor(None, platform.clock.now_ms()))
    visitor = Visitor(app)

    robots = visitor.client.get("/robots.txt").get_data(as_text=True)
    listed = visitor.client.get(robots.split("Sitemap: ")[1].strip()).get_data(as_text=True)

    pages = re.findall(r"<loc>http://localhost([^<]+)</loc>", listed)
    assert {"/", "/contests/1", "/contests/2", "/past", "/privacy"} <= set(pages)
    for page in pages:
        visitor.open(f"{page}?from=chat")
        assert visitor.page is not None
        assert ONE.findall(visitor.page.get_data(as_text=True)) == [f"http://localhost{page}"]
    for page in ("/contests/1/boards/0-0", "/sign-in"):
        visitor.open(page)
        assert 'name="robots" content="noindex"' in visitor.page.get_data(as_text=True)
