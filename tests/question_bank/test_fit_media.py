"""Pictures and sounds that come in are made fit for phones: by content, bounded, telling nothing more."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from question_bank.attached import Medium
from question_bank.formats import fit_media, read, write
from question_bank.formats.fit_media import LONGEST_SIDE, fit
from question_bank.formats.one_medium import fitted
from question_bank.problems import Unreadable
from question_bank.question import Question, lettered

PLACE = 0x8825  # the part of EXIF that holds where a photograph was taken


def photograph(width: int = 40, height: int = 30, kind: str = "JPEG", told: bool = True) -> bytes:
    """Return a picture as a phone takes one, with its maker, its place and on its side."""
    image, out, exif = Image.new("RGB", (width, height), "#0b5d63"), BytesIO(), Image.Exif()
    exif[0x010F], exif[0x0112] = "SECRET PHONE", 6
    exif.get_ifd(PLACE)[2] = (29.0, 33.0, 1.0)
    image.save(out, kind, **({"exif": exif} if told else {}))
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG file."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def bomb(side: int) -> bytes:
    """Return a small PNG file that claims to be very large."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def box(name: bytes, *inside: bytes) -> bytes:
    """Return one box of an MP4 file."""
    body = b"".join(inside)
    return struct.pack(">I", len(body) + 8) + name + body


def refused(content: bytes) -> tuple[str, str]:
    """Return the code and the sentence that a file gets."""
    with pytest.raises(Unreadable) as found:
        fit(Medium("a.png", "image/png", content))
    return found.value.problem.code, found.value.problem.text


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_forgets_its_phone_and_place_and_stands_upright(kind: str) -> None:
    found = fit(Medium("a.jpg", "image/jpeg", photograph(kind=kind)))

    assert b"SECRET PHONE" not in found.content
    assert dict(Image.open(BytesIO(found.content)).getexif()) == {}
    assert (found.width, found.height, found.type) == (30, 40, f"image/{kind.lower()}")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("told", [True, False])
def test_what_is_fit_stays_byte_for_byte(kind: str, told: bool) -> None:
    once = fit(Medium("a", "image/png", photograph(kind=kind, told=told and kind != "GIF")))

    assert fit(once) == once
    assert told or once.content == photograph(kind=kind, told=False)


def test_what_stands_behind_the_end_of_a_picture_is_dropped() -> None:
    clip = b"a clip of the moment with its place"

    assert clip not in fit(Medium("a", "", photograph(told=False) + clip)).content
    assert clip not in fit(Medium("a", "", photograph(kind="PNG", told=False) + clip)).content


def test_a_large_photograph_is_made_as_large_as_a_phone_shows() -> None:
    found = fit(Medium("a", "", photograph(4_000, 3_000)))

    assert (found.width, found.height) == (1_200, LONGEST_SIDE)


def test_a_transparent_picture_stays_transparent_and_one_of_many_colours_becomes_a_photograph() -> None:
    clear, noise = BytesIO(), BytesIO()
    Image.new("RGBA", (2_000, 10)).save(clear, "PNG")
    Image.effect_noise((1_000, 1_000), 90).save(noise, "PNG", pnginfo=None, exif=b"Exif\0\0")

    assert fit(Medium("a", "", clear.getvalue())).type == "image/png"
    assert Image.open(BytesIO(fit(Medium("a", "", clear.getvalue())).content)).mode == "RGBA"


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"hello", "unknown-medium", "不是能用的图片或声音"),
        (b"", "unknown-medium", "不是能用的图片或声音"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown-medium", "SVG"),
        (box(b"ftyp", b"heic0000"), "unknown-medium", "HEIC"),
        (
            box(b"ftyp", b"isom0000") + box(b"moov", box(b"hdlr", bytes(8) + b"vide")),
            "unknown-medium",
            "是视频",
        ),
        (b"\x89PNG\r\n\x1a\n", "broken-medium", "打不开"),
        (photograph(kind="PNG")[:-200], "broken-medium", "打不开"),
        (bomb(30_000), "too-many-pixels", "90000 万像素"),
        (bomb(8_000), "too-many-pixels", "6400 万像素"),
    ],
)
def test_what_cannot_be_used_gets_its_sentence(content: bytes, code: str, words: str) -> None:
    found, sentence = refused(content)

    assert (found, words in sentence) == (code, True)


def test_a_sound_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_media, "LARGEST_KEPT", 10)

    assert refused(b"OggS" + bytes(10))[0] == "too-large"


def test_a_recording_forgets_its_place_and_no_byte_of_it_moves() -> None:
    told = box(b"udta", box(b"\xa9xyz", b"+29.5+106.5/"))
    recording = box(b"ftyp", b"M4A 0000") + box(b"moov", box(b"mvhd", b"1234"), told) + box(b"mdat", b"sound")
    song = b"ID3\x04\x00\x00\x00\x00\x00\x05TITLE\xff\xfbsound" + b"TAG" + bytes(125)

    kept = fit(Medium("a.m4a", "", recording))
    sung = fit(Medium("a.mp3", "", song))

    assert b"+29.5" not in kept.content
    assert (len(kept.content), kept.content[-13:], kept.type) == (
        len(recording),
        recording[-13:],
        "audio/mp4",
    )
    assert (sung.content, sung.type) == (b"\xff\xfbsound", "audio/mpeg")


def test_a_file_is_made_fit_in_the_reading_process() -> None:
    found = fitted("叶.jpg", photograph())

    assert (found.name, found.type, found.width) == ("叶.jpg", "image/jpeg", 30)
    with pytest.raises(Unreadable):
        fitted("a.png", bomb(30_000))


def test_an_import_has_fit_pictures_and_names_the_rows_of_others() -> None:
    def asked(stem: str, content: bytes) -> Question:
        return Question(
            "single",
            f"{stem}![叶](a.jpg)",
            lettered(["甲", "乙"]),
            frozenset("A"),
            media=(Medium("a.jpg", "image/jpeg", content),),
        )

    found = read(write([asked("好", photograph()), asked("坏", b"no picture")], "jsonl"), "x.jsonl")

    (medium,) = found.questions[0].question.media
    assert (medium.width, b"SECRET PHONE" in medium.content) == (30, False)
    assert [(p.row, p.column, p.code) for p in found.problems] == [(2, "media", "unknown-medium")]
