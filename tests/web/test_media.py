"""Pictures, sounds and formulas as pages show them, and how they are handed out."""

from __future__ import annotations

import time
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from question_bank.attached import Material, Medium
from question_bank.formats import jsonl
from question_bank.question import Question, lettered
from quiz.services import bank
from quiz.services.media import by_digest
from quiz.services.platform import Actor, Platform
from quiz.web.questions import stem_html
from quiz.web.shown import LARGEST_PAGE, as_html, as_words, remarks

MARKUP = "叶脉 ![一片 <叶>](leaf.png)\n第二行"


def picture(width: int, height: int) -> Medium:
    """Return a picture as it is kept."""
    out = BytesIO()
    Image.new("RGB", (width, height), "#0b5d63").save(out, "PNG")
    return Medium("leaf.png", "image/png", out.getvalue(), width=width, height=height)


def kept(medium: Medium) -> Medium:
    return replace(medium, content=b"", kept=medium.digest)


SOUND = Medium("bird.mp3", "audio/mpeg", b"\xff\xfb" + bytes(1_000))
LEAF = picture(800, 600)


@pytest.fixture
def asked(platform: Platform) -> Question:
    """A stored question with a picture and a sound, as its row holds it."""
    question = Question(
        "single",
        "听 ![鸟叫](bird.mp3) 看 ![叶](leaf.png)",
        lettered(["![叶](leaf.png)", "乙 $\\frac{1}{2}$"]),
        frozenset("A"),
        material=Material("材料 ![叶](leaf.png)"),
        media=(SOUND, LEAF),
    )
    token = bank.stage(platform, jsonl.write([question]), "一题.jsonl", platform.clock.now_ms())
    bank.take(platform, bank.preview(platform, token), Actor(None, platform.clock.now_ms()))
    return by_digest(question)


def test_a_text_without_pictures_is_exactly_itself(app: Flask) -> None:
    with app.test_request_context():
        assert as_html("<b> $5 和 $10 &\n![图](x.png)") == "&lt;b&gt; $5 和 $10 &amp;<br>![图](x.png)"


def test_a_picture_has_words_a_size_and_can_be_enlarged(app: Flask) -> None:
    with app.test_request_context():
        html = as_html(MARKUP, [kept(LEAF)], is_first=True)

    image = (
        f'<img class="shown" src="/media/{LEAF.digest}.png" alt="一片 &lt;叶&gt;" '
        'width="800" height="600" decoding="async">'
    )
    assert html == f'叶脉 <details class="zoom"><summary>{image}</summary></details><br>第二行'


def test_pictures_of_later_questions_wait_and_those_in_options_are_not_tapped(app: Flask) -> None:
    with app.test_request_context():
        html = as_html(MARKUP, [kept(LEAF)], is_choice=True)

    assert 'loading="lazy"' in html
    assert "<details" not in html


def test_a_small_picture_is_part_of_its_line(app: Flask) -> None:
    with app.test_request_context():
        html = as_html(MARKUP, [kept(picture(30, 20))])

    assert 'class="shown in-line"' in html
    assert "<details" not in html


def test_a_formula_stands_on_its_baseline_and_is_read_aloud(app: Flask) -> None:
    with app.test_request_context():
        inline, line = as_html("设 $\\frac{1}{2}$。"), as_html("$$x^2$$")

    assert '<svg class="formula d3" role="img" viewBox="' in inline
    assert "<title>2 分之 1</title>" in inline
    assert line.startswith('<span class="formula-line"><svg')
    assert "style=" not in inline + line


def test_a_page_of_a_hundred_formulas_takes_ten_times_as_long_as_one_of_ten_and_is_kept(app: Flask) -> None:
    def text(*numbers: int) -> str:
        return " ".join(f"$\\frac{{{n}}}{{x^2}}+\\sqrt{{y_{{{n}}}}}=\\text{{面积}}$" for n in numbers)

    def drawn(markup: str) -> tuple[str, float]:
        began = time.process_time()
        return str(as_html(markup)), time.process_time() - began

    with app.test_request_context():
        drawn(text(0))  # reads the fonts
        _, ten_s = drawn(text(*range(101, 111)))
        html, hundred_s = drawn(text(*range(1, 101)))
        again, kept_s = drawn(text(*range(1, 101)))

    assert html.count("<svg") == 100
    assert again == html
    assert hundred_s < 25 * ten_s
    assert kept_s < hundred_s / 4


def test_bad_tex_is_shown_as_its_source_and_its_author_is_told(app: Flask) -> None:
    question = Question("single", "算 $\\frac{1}{$ 元", lettered(["甲", "乙"]), frozenset("A"))

    with app.test_request_context():
        html, told = as_html(question.stem), remarks(question)

    assert html == "算 $\\frac{1}{$ 元"
    assert len(told) == 1
    assert "1 个左花括号" in told[0]


def test_an_author_is_told_of_pictures_without_words_and_of_those_nobody_sees(app: Flask) -> None:
    drawing = Medium("old.svg", "image/svg+xml", b"<svg/>")
    question = Question(
        "single",
        "![](leaf.png) ![](mute.mp3)",
        lettered(["甲", "乙"]),
        frozenset("A"),
        media=(LEAF, SOUND, replace(SOUND, name="mute.mp3"), drawing),
    )

    with app.test_request_context():
        told = " ".join(remarks(question))

    assert "“leaf.png”没有文字说明" in told
    assert "录音“mute.mp3”没有文字" in told
    assert "“bird.mp3”没有放进任何文字里" in told
    assert "“old.svg”是 SVG" in told


def test_a_text_that_cannot_show_pictures_names_them(app: Flask) -> None:
    with app.test_request_context():
        assert as_words("看 ![叶](leaf.png) 和 $x^2$") == "看 叶 和 x 的平方"


def test_a_stem_shows_pictures_and_sounds(app: Flask, asked: Question) -> None:
    with app.test_request_context():
        html = stem_html(asked)

    assert f'src="/media/{SOUND.digest}.mp3" aria-label="鸟叫"></audio>' in html
    assert 'preload="none"' in html
    assert f'src="/media/{LEAF.digest}.png"' in html


def test_a_page_carries_only_so_much_that_is_not_stored_yet(app: Flask) -> None:
    large = [replace(LEAF, name=f"{n}.png", content=bytes(1_500_000)) for n in (1, 2, 3)]

    with app.test_request_context():
        html = as_html("![一](1.png) ![二](2.png) ![三](3.png)", large)

    assert html.count('src="data:image/png;base64,') == 2
    assert "［三：太大，导入以后才能看］" in html
    assert len(html) < 1.4 * LARGEST_PAGE


def test_a_picture_is_kept_for_a_year_by_everybody_and_runs_nothing(
    client: FlaskClient, asked: Question
) -> None:
    answer = client.get(f"/media/{LEAF.digest}.png")

    assert (answer.status_code, answer.data, answer.mimetype) == (200, LEAF.content, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    again = client.get(f"/media/{LEAF.digest}.png", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_player_gets_the_part_it_asks_for(client: FlaskClient, asked: Question) -> None:
    answer = client.get(f"/media/{SOUND.digest}.mp3", headers={"Range": "bytes=0-1"})

    assert (answer.status_code, answer.data) == (206, b"\xff\xfb")
    assert answer.headers["Content-Range"] == "bytes 0-1/1002"


@pytest.mark.parametrize("address", ["0" * 64 + ".png", "x.png", "..%2f.png"])
def test_what_is_not_kept_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(f"/media/{address}").status_code == 404
