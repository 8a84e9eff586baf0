"""Taking part, as pages read by a browser without script."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from quiz.services.platform import Platform
from tests.support import once
from tests.support.clock import MovedClock
from tests.support.pages import Reader
from tests.support.statements import statements

CONTEST, PRACTICE = 1, 2


@pytest.fixture
def resident(app: Flask, platform: Platform) -> Reader:
    """Somebody who has signed up on a site with the starter content."""
    reader = Reader(app)

    def sign_up() -> str:
        once.load_starter(platform)
        reader.open("/sign-in")
        reader.send("/sign-in/new", nickname="解放碑小王", next="/")
        reader.send("/me/code", next="/")
        return reader.cookie

    reader.cookie = once.filled(platform, "resident", sign_up)
    return reader


def begin(reader: Reader, contest: int = CONTEST) -> str:
    """Start an attempt and return the address of its paper."""
    reader.open(f"/contests/{contest}")
    reader.send(f"/contests/{contest}/start", stage=0, key="k1")
    return reader.address


def test_the_home_page_shows_what_runs_and_what_can_be_practised(resident: Reader) -> None:
    text = resident.open("/")

    assert "正在进行" in text
    assert "渝中区公民科学素质网络赛" in text
    assert "练一练 每日练习" in text


def test_the_home_page_leads_back_to_a_paper_while_there_is_time(resident: Reader, clock: MovedClock) -> None:
    address = begin(resident)
    text = resident.open("/")
    assert resident.page is not None
    assert f'href="{address}"' in resident.page.get_data(as_text=True)
    assert "渝中区公民科学素质网络赛（示范） 您有一份没有答完的试卷。 继续答题" in text

    clock.move(minutes=6)

    assert "没有答完" not in resident.open("/")


def test_a_contest_shows_its_rules_its_boards_and_how_often_one_may_still_play(resident: Reader) -> None:
    text = resident.open(f"/contests/{CONTEST}")

    assert "还可以答 3 次" in text
    assert "个人 当日个人 街道 社区 学校" in text
    assert "比赛时间" in text


def test_the_subjects_of_the_rules_can_be_jumped_to(resident: Reader) -> None:
    resident.open(f"/contests/{CONTEST}")

    assert resident.page is not None
    page = resident.page.get_data(as_text=True)
    links = re.findall(r'<a href="#(rules-1-\d+)">([^<]+)</a>', page)
    assert links[0] == ("rules-1-1", "比赛时间")
    assert links == re.findall(r'<h3 id="(rules-1-\d+)">([^<]+)</h3>', page)


def test_somebody_not_signed_in_is_led_back_to_the_contest_after_signing_in(
    app: Flask, resident: Reader
) -> None:
    stranger = Reader(app)
    stranger.open(f"/contests/{CONTEST}")

    stranger.open(f"/sign-in?next=/contests/{CONTEST}")
    stranger.send("/sign-in/new", nickname="新来的", next=f"/contests/{CONTEST}")
    stranger.send("/me/code", next=f"/contests/{CONTEST}")

    assert stranger.address == f"/contests/{CONTEST}"
    assert "开始答题" in stranger.text


def test_starting_twice_leads_to_the_same_paper(resident: Reader) -> None:
    resident.open(f"/contests/{CONTEST}")
    form = {"stage": 0, "key": "k1", "csrf_token": resident.token}

    addresses = {
        resident.client.post(f"/contests/{CONTEST}/start", data=form).headers["Location"] for _ in range(2)
    }

    assert len(addresses) == 1


def test_a_used_quota_is_said_on_the_page_of_the_contest(resident: Reader, clock: MovedClock) -> None:
    for _ in range(3):
        paper = begin_anew(resident)
        resident.send(f"{paper}/hand-in")

    text = resident.open(f"/contests/{CONTEST}")

    assert "3 次答题机会已经用完" in text
    assert "开始答题" not in text.split("规则")[0]


def begin_anew(reader: Reader) -> str:
    """Start another attempt and return the address of its paper."""
    reader.open(f"/contests/{CONTEST}")
    reader.send(f"/contests/{CONTEST}/start", stage=0)
    return reader.address


def test_a_paper_can_be_handed_in_as_a_form_once(resident: Reader) -> None:
    paper = begin(resident)
    assert resident.page is not None
    options = option_values(resident.page.get_data(as_text=True), "q1")

    resident.send(f"{paper}/hand-in", q1=options[0])
    assert resident.address == f"{paper}/result"
    first = resident.text
    resident.page = resident.client.get("/me")
    resident.send(f"{paper}/hand-in", q1=options[1])

    assert resident.text == first


def option_values(html: str, name: str) -> list[str]:
    """Return the ids of the options of a question."""

    return re.findall(rf'name="{name}" value="([^"]+)"', html)


def test_a_form_with_options_that_do_not_exist_is_still_handed_in(resident: Reader) -> None:
    paper = begin(resident)

    resident.send(f"{paper}/hand-in", q1="zz", q99="aa")

    assert resident.address == f"{paper}/result"


def test_another_persons_paper_is_not_found(app: Flask, resident: Reader) -> None:
    paper = begin(resident)
    other = Reader(app)
    other.open("/sign-in")
    other.send("/sign-in/new", nickname="别人", next="/")

    other.open(paper, status=404)
    other.open(f"{paper}/result", status=404)


def test_a_finished_paper_leads_to_its_result(resident: Reader) -> None:
    paper = begin(resident)
    resident.send(f"{paper}/hand-in")

    resident.open(paper)

    assert resident.address == f"{paper}/result"


def test_a_start_before_the_opening_is_refused_on_the_page_of_the_contest(
    resident: Reader, clock: MovedClock
) -> None:
    clock.set("2026-01-01 09:00")
    resident.open("/sign-in")

    reply = resident.post(f"/contests/{CONTEST}/start", stage=0)

    assert reply.status_code in (302, 303)


def test_a_coming_contest_counts_down_and_loads_again_without_script(
    app: Flask, resident: Reader, clock: MovedClock
) -> None:
    clock.set("2026-03-01 23:59:30")
    stranger = Reader(app)

    text = stranger.open(f"/contests/{CONTEST}")

    assert "未开始" in text
    assert stranger.page is not None
    assert '<noscript><meta http-equiv="refresh" content="31"></noscript>' in stranger.page.get_data(
        as_text=True
    )


@pytest.mark.parametrize(
    "address", ["/contests/999", "/attempts/999", "/contests/1/boards/9-9", "/contests/1/boards/x"]
)
def test_what_does_not_exist_is_said_on_a_page(resident: Reader, address: str) -> None:
    text = resident.open(address, status=404)

    assert "回到首页" in text


def test_the_paper_tells_nothing_that_is_right_or_wrong(resident: Reader, platform: Platform) -> None:
    begin(resident)
    assert resident.page is not None
    html = resident.page.get_data(as_text=True)

    for question in platform.published[max(platform.published)].questions.values():
        assert not question.explanation or question.explanation not in html


def test_a_page_with_a_person_is_kept_nowhere_and_frames_nothing(resident: Reader) -> None:
    for address in ("/", "/me", f"/contests/{CONTEST}"):
        resident.open(address)
        assert resident.page is not None
        headers = resident.page.headers
        assert "no-store" in headers["Cache-Control"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_assets_have_their_content_in_their_address_and_are_kept_for_a_year(resident: Reader) -> None:
    resident.open("/")
    assert resident.page is not None
    addresses = re.findall(r'"(/static/[^"]+)"', resident.page.get_data(as_text=True))

    assert all("?v=" in address for address in addresses)
    asset = resident.client.get(addresses[0], headers={"Accept-Encoding": "gzip"})
    assert "immutable" in asset.headers["Cache-Control"]
    assert "Set-Cookie" not in asset.headers  # a shared cache would hand it to others
    assert "Cookie" not in asset.headers["Vary"]
    assert not {"Expires", "Accept-Ranges", "Last-Modified"} & set(asset.headers.keys())
    assert resident.client.get(addresses[0].split("?")[0]).headers["Cache-Control"] == "no-cache"
    asset.close()


def test_scripts_are_sent_without_comments_and_indents_and_nothing_else_is_lost(resident: Reader) -> None:
    for path in (Path(__file__).parents[2] / "static" / "js").glob("*.js"):
        sent = resident.client.get(f"/static/js/{path.name}", headers={"Accept-Encoding": "gzip"})
        body = sent.get_data()
        text = gzip.decompress(body).decode() if sent.headers.get("Content-Encoding") else ""
        written = path.read_text("utf-8")

        assert not re.findall(
            r"""["'][^"'\n]*\s//[^"'\n]*["']""", re.sub(r"(?m)(^|\s)//[^\n]*$", "", written)
        )
        assert "/*" not in text
        assert not re.search(r"(?m)^[ \t]|(^|[ \t])//", text)
        code = re.sub(r"(?m)(^|[ \t])//[^\n]*$|^/\*(.|\n)*?\*/", "", written)
        assert not text or text.split() == code.split()


def test_styles_are_sent_without_comments_and_indents_and_nothing_else_is_lost(resident: Reader) -> None:
    for path in (Path(__file__).parents[2] / "static" / "css").glob("*.css"):
        sent = resident.client.get(f"/static/css/{path.name}", headers={"Accept-Encoding": "gzip"})
        if sent.headers.get("Content-Encoding") != "gzip":
            continue  # too small to gain by it
        written = re.sub(r"/\*(.|\n)*?\*/", "", path.read_text("utf-8"))

        text = gzip.decompress(sent.get_data()).decode()

        assert text.split() == written.split()
        assert not re.search(r"(?m)^[ \t]", text)
        assert not re.search(r"""["'][^"'\n]*/\*""", written)


def test_pages_ask_the_database_a_bounded_number_of_times(resident: Reader, platform: Platform) -> None:
    most = {"/": 3, f"/contests/{CONTEST}": 8}
    for address, count in most.items():
        resident.open(address)  # rules are read once and kept
        with statements(platform.store.engine) as sent:
            resident.open(address)
        assert len(sent) <= count, (address, sent)


@pytest.mark.parametrize(
    "next_address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_nobody_is_led_away_from_the_site(resident: Reader, next_address: str) -> None:
    reply = resident.client.post("/look", data={"size": "large", "next": next_address})

    assert reply.headers["Location"] == "/"


def test_who_changes_the_look_of_a_refusal_comes_to_a_page(resident: Reader) -> None:
    for sent_to, came_from in (("/sign-in/new", "/sign-in?next=/me"), ("/contests/1/start", "/contests/1")):
        headers = {"Referer": f"http://localhost{came_from}"}
        refusal = resident.client.post(sent_to, headers=headers).get_data(as_text=True)

        assert f'name="next" value="{came_from}"' in refusal
