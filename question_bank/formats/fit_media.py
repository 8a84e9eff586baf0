"""Pictures and sounds as phones can show them: the real type, a bounded size, nothing told about the author.

Runs in the reading process only, within its limits of memory and time (docs/decisions/0087-media.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageOps

from question_bank.attached import Medium
from question_bank.formats.checks_by_kind import TOO_LARGE
from question_bank.formats.pictures import media_type
from question_bank.formats.place import brief
from question_bank.formats.reading import Placed, RawRow, Reading
from question_bank.problems import N_, Problem, Unreadable

LONGEST_SIDE = 1_600  # pixels: what a phone held sideways can show
MOST_PIXELS = 50_000_000  # of a picture that comes in, all frames of an animation together
MOST_PIXELS_IN_ALL = 300_000_000  # of all pictures of a file: five seconds of a PNG
MOST_HANDED_ON = 100_000_000  # bytes of the media of all questions, what several show counted for each
QUALITY = 85  # of a photograph that is written again
LARGEST_KEPT = 4_000_000  # bytes: more is no longer looked at on a phone
HEAVY = 600_000  # bytes: a PNG beyond that is a photograph
WRITTEN_AS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
CHUNKS = b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP pHYs bKGD sBIT acTL fcTL fdAT".split()
PHOTOGRAPHS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")  # brands of files that many phones cannot show
CONTAINERS = (b"moov", b"trak", b"moof", b"traf")  # boxes of an M4A file that hold boxes
TELLING = (b"udta", b"meta")  # title, device, place of a recording
Image.MAX_IMAGE_PIXELS = None  # the limit above is ours, with a sentence of its own


class _Unfit(Exception):
    """It cannot be used; the arguments are those of its problem."""


def with_fit_media(found: Reading) -> Reading:
    """Return a reading whose media are fit for phones; a row with one that cannot be used has an error.

    What is kept of rows with a fault, to be mended, loses media that cannot be used. Raises Unreadable for
    more than this process should open: one picture may stand in a thousand questions.
    """
    fitting = _Fitting()
    drafts = [raw.draft for raw in found.raw if raw.draft is not None]
    asked = [*(each.question for each in found.questions), *drafts]
    fitting.check([*(q.media for q in asked), *(raw.media for raw in found.raw)])
    placed, problems = [], []
    for each in found.questions:
        media = []
        for medium in each.question.media:
            fitted = fitting.fit(medium)
            if isinstance(fitted, Problem):
                problems.append(replace(fitted, sheet=each.sheet, row=each.row, column="media"))
            media.append(fitted if isinstance(fitted, Medium) else medium)
        placed.append(Placed(replace(each.question, media=tuple(media)), each.sheet, each.row))
    raw = tuple(fitting.kept(each) for each in found.raw)
    return replace(found, questions=tuple(placed), raw=raw, problems=(*found.problems, *problems))


class _Fitting:
    """The media of one reading, each content opened once."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Medium | Problem] = {}

    def check(self, media: Sequence[Sequence[Medium]]) -> None:
        """Raise Unreadable where there is more than can be opened, or handed on, in reasonable time."""
        if sum(len(medium.content) for each in media for medium in each) > MOST_HANDED_ON:
            raise Unreadable("too-many-pixels", TOO_MUCH_TO_SEE)
        pixels = {medium.digest: _pixels(medium) for each in media for medium in each}
        if sum(pixels.values()) > MOST_PIXELS_IN_ALL:
            raise Unreadable("too-many-pixels", TOO_MUCH_TO_SEE)

    def fit(self, medium: Medium) -> Medium | Problem:
        """Return a medium as it can be kept, or what is wrong with it."""
        name = medium.digest, medium.name
        if name not in self.known:
            try:
                self.known[name] = fit(medium)
            except Unreadable as error:
                self.known[name] = error.problem
        return self.known[name]

    def kept(self, raw: RawRow) -> RawRow:
        """Return a row as the file has it, with the media that can be used."""
        if raw.draft is not None and raw.draft.media:
            raw = replace(raw, draft=replace(raw.draft, media=self._usable(raw.draft.media)))
        return replace(raw, media=self._usable(raw.media)) if raw.media else raw

    def _usable(self, media: Sequence[Medium]) -> tuple[Medium, ...]:
        fitted = [self.fit(medium) for medium in media]
        return tuple(each for each in fitted if isinstance(each, Medium))


def _pixels(medium: Medium) -> int:
    """Return how many pixels a picture says it has; 0 for what says nothing."""
    kind = media_type(medium.content)
    if kind not in WRITTEN_AS:
        return 0
    try:
        image = Image.open(BytesIO(medium.content), formats=[WRITTEN_AS[kind]])
    except (OSError, SyntaxError, ValueError, EOFError):
        return 0
    return image.width * image.height


def fitted(name: str, content: bytes) -> Medium:
    """Return a file as a medium of this name that can be kept and shown. Raises Unreadable."""
    return fit(Medium(name, "", content))


def fit(medium: Medium) -> Medium:
    """Return a medium as it can be kept and shown; what is fit stays byte for byte. Raises Unreadable."""
    kind = media_type(medium.content)
    try:
        fitted = _picture(medium, kind) if kind in WRITTEN_AS else _sound(medium, kind)
    except _Unfit as error:
        code, message, values = error.args
        raise Unreadable(code, message, name=brief(medium.name), **values) from error
    if len(fitted.content) > LARGEST_KEPT:
        most = LARGEST_KEPT // 1_000_000
        raise Unreadable("too-large", TOO_LARGE, name=brief(medium.name), most=most)
    return fitted


def _picture(medium: Medium, kind: str) -> Medium:
    try:
        image = Image.open(BytesIO(medium.content), formats=[WRITTEN_AS[kind]])
        frames = getattr(image, "n_frames", 1) if image.format != "MPO" else 1
        pixels = image.width * image.height * frames
        if pixels > MOST_PIXELS:
            raise _Unfit(
                "too-many-pixels",
                TOO_MANY_PIXELS,
                {"pixels": pixels // 10_000, "most": MOST_PIXELS // 10_000},
            )
        if max(image.size) > LONGEST_SIDE and kind == "image/jpeg":
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _Unfit("broken-medium", BROKEN, {}) from error
    is_fit = max(image.size) <= LONGEST_SIDE or frames > 1
    if is_fit and QUIET[kind](medium.content):
        return replace(medium, type=kind, width=image.width, height=image.height)
    return _written_again(medium, image, kind, frames)


def _written_again(medium: Medium, image: Image.Image, kind: str, frames: int) -> Medium:
    out = BytesIO()
    if frames > 1:
        image.save(out, WRITTEN_AS[kind], save_all=True)
        return Medium(medium.name, kind, out.getvalue(), width=image.width, height=image.height)
    upright = ImageOps.exif_transpose(image)
    profile = upright.info.get("icc_profile")
    upright.info.clear()
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if kind != "image/jpeg":
        upright.save(out, WRITTEN_AS[kind], icc_profile=profile)
    if kind == "image/jpeg" or (kind == "image/png" and out.tell() > HEAVY and "A" not in upright.mode):
        kind, out = "image/jpeg", BytesIO()
        plain = upright if upright.mode in ("L", "RGB") else upright.convert("RGB")
        own = profile if upright.mode in ("L", "RGB") else None
        plain.save(out, "JPEG", quality=QUALITY, optimize=True, icc_profile=own)
    return Medium(medium.name, kind, out.getvalue(), width=upright.width, height=upright.height)


def _sound(medium: Medium, kind: str) -> Medium:
    content = medium.content
    if content[4:8] == b"ftyp" and content[8:12] in PHOTOGRAPHS:
        raise _Unfit("unknown-medium", HEIC, {})
    if content[4:8] == b"ftyp" and b"hdlr" + bytes(8) + b"vide" in content:
        raise _Unfit("unknown-medium", NO_VIDEO, {})
    if kind == "image/svg+xml":
        raise _Unfit("unknown-medium", NO_SVG, {})
    if not kind:
        raise _Unfit("unknown-medium", UNKNOWN, {})
    if kind == "audio/mp4":
        content = _untold(content)
    if kind == "audio/mpeg":
        content = _without_tags(content)
    return replace(medium, type=kind, content=content)


def _untold(content: bytes) -> bytes:
    """Return an M4A file with its title, device and place blanked out; no other byte moves."""
    blanked = bytearray(content)
    spans = [(0, len(content))]
    while spans:
        begin, end = spans.pop()
        while begin + 8 <= end:
            size, name = int.from_bytes(content[begin : begin + 4]), content[begin + 4 : begin + 8]
            if not 8 <= size <= end - begin:
                break
            if name in TELLING:
                blanked[begin + 4 : begin + size] = b"free" + bytes(size - 8)
            elif name in CONTAINERS:
                spans.append((begin + 8, begin + size))
            begin += size
    return bytes(blanked)


def _without_tags(content: bytes) -> bytes:
    """Return an MP3 file without what ID3 tells of it: title, artist, a picture."""
    while content[:3] == b"ID3" and len(content) > 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))
        content = content[10 + size :]
    return content[:-128] if content[-128:-125] == b"TAG" else content


def _is_quiet_png(content: bytes) -> bool:
    at, name = 8, b""
    while name != b"IEND" and at + 12 <= len(content):
        size, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if name not in CHUNKS:
            return False
        at += size + 12
    return at == len(content)


def _is_quiet_jpeg(content: bytes) -> bool:
    """Return whether only the picture and its colours are told, and nothing stands behind its end."""
    for marker, segment in _segments(content):
        is_color = marker == 0xE2 and segment.startswith(b"ICC_PROFILE")
        if marker == 0xDA:
            return content.find(b"\xff\xd9") == len(content) - 2
        if marker == 0xFE or (0xE0 < marker < 0xF0 and marker != 0xEE and not is_color):
            return False
    return False


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        size = int.from_bytes(content[at + 2 : at + 4])
        yield content[at + 1], content[at + 4 : at + 2 + size]
        at += 2 + size


def _is_quiet_webp(content: bytes) -> bool:
    return int.from_bytes(content[4:8], "little") + 8 == len(content) and not (
        b"EXIF" in content[12:] or b"XMP " in content[12:]
    )


def _is_quiet_gif(content: bytes) -> bool:
    return content.endswith(b";") and b"XMP Data" not in content and b"\x21\xfe" not in content


QUIET: Mapping[str, Callable[[bytes], bool]] = {  # whether a file tells nothing but its picture
    "image/png": _is_quiet_png,
    "image/jpeg": _is_quiet_jpeg,
    "image/webp": _is_quiet_webp,
    "image/gif": _is_quiet_gif,
}
UNKNOWN = N_(
    "“%(name)s”不是能用的图片或声音。图片请用 PNG、JPEG、GIF 或 WebP，声音请用 MP3、M4A、OGG 或 WAV。"
)
HEIC = N_("“%(name)s”是 HEIC 或 AVIF 照片，许多手机打不开。请另存为 JPEG 再用。")
NO_SVG = N_("“%(name)s”是 SVG，里面可能带有程序，不能用。请另存为 PNG 再用。")
NO_VIDEO = N_("“%(name)s”是视频。题目里只能放图片和声音。")
BROKEN = N_("“%(name)s”打不开，文件可能不完整。请重新保存一次再用。")
TOO_MUCH_TO_SEE = N_("文件里的图片太大或用得太多，没有打开。请把图片缩小，或分成几个文件再上传。")
TOO_MANY_PIXELS = N_("“%(name)s”有 %(pixels)s 万像素，最多 %(most)s 万。请缩小后再用。")
