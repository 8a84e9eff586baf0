"""Posters as pictures: what is on them can be read, however long or rare."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import segno
from PIL import Image

from quiz import lettering, posters
from quiz.posters import Poster, drawn

POSTER = Poster(
    contest="渝中区公民科学素质网络赛",
    board="个人",
    who="王*",
    unit="大坪街道",
    place="第 71 名",
    value="20",
    value_label="积分",
    more="1分05.250秒",
    as_of="3月2日的排名",
    scan="长按识别二维码，看完整榜单",
    foot="渝中科学竞答",
    address="https://example.org/contests/1/boards/0-0",
)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("L")


def test_a_poster_is_small_and_its_code_leads_to_the_board() -> None:
    content = drawn(POSTER)

    picture = opened(content)
    rows = [list(row) for row in segno.make(POSTER.address, micro=False, error="m").matrix_iter(border=3)]
    scale = posters.QR_WIDTH // len(rows)
    left, top = posters.MARGIN, 728
    read = [
        [
            picture.getpixel((left + scale * x + scale // 2, top + scale * y + scale // 2)) < 128
            for x in range(len(rows))
        ]
        for y in range(len(rows))
    ]
    assert picture.size == (750, 1000)
    assert len(content) < 64 * 1024
    assert read == [[bool(dark) for dark in row] for row in rows]


def test_what_people_put_into_names_is_drawn_by_a_font_that_has_it() -> None:
    name = "䶮㛃𬭛𫖯喆龘王🌸👍🏽🇨🇳❤️★Nguyễn ئابدۇرېھىم"

    parts = lettering._parts(name, lettering.sans(46))

    assert "".join(part for part, _ in parts).replace("\ufe0f", "") == name.replace("\ufe0f", "")
    assert {Path(str(font.path)).name.partition("[")[0] for _, font in parts} == {
        "NotoSansSC-Regular.otf",
        "NotoEmoji",
        "NotoSansArabic",
    }


def test_a_sign_that_no_font_has_is_marked_and_is_no_box() -> None:
    parts = lettering._parts("王བཀྲ", lettering.sans(46))

    assert "".join(part for part, _ in parts) == "王〓〓"


def test_text_of_any_length_stays_on_the_poster() -> None:
    long = replace(
        POSTER, contest="很长的比赛名" * 40, board="榜" * 90, who="名" * 60, scan="word " * 60, unit=""
    )

    picture = opened(drawn(long))

    edge = [picture.getpixel((749, y)) for y in range(420, 1000)]
    assert set(edge) == {edge[0]}
