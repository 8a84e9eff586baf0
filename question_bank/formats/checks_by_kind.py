"""What is wrong with gaps, orders, matches, and with what a question carries beside its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from question_bank.attached import MEDIA_TYPES, NAME
from question_bank.formats.place import Place, brief
from question_bank.gaps import GAP, IGNORABLE, Accepted, Gap, number
from question_bank.problems import N_
from question_bank.question import WHEN, Question

MOST_GAPS, MOST_ACCEPTED, LONGEST_ACCEPTED = 20, 50, 200  # a phone shows the first, a person types the last
MOST_PROMPTS, LONGEST_PROMPT = 26, 1_000
LONGEST_MATERIAL = 20_000  # characters
MOST_MEDIA, LARGEST_MEDIUM = 40, 20_000_000  # bytes as it comes in; photographs are then made smaller


def check_gaps(place: Place, question: Question) -> None:
    """Note what is wrong with the gaps of a fill-in question."""
    drawn = len(GAP.findall(question.stem))
    if question.options:
        place.error("option", "needless-options", NEEDLESS_OPTIONS)
    if not question.gaps:
        place.error("answer", "no-answer", NO_ACCEPTED)
    elif drawn and drawn != len(question.gaps):
        place.error("answer", "gaps-differ", GAPS_DIFFER, drawn=drawn, count=len(question.gaps))
    elif len(question.gaps) > MOST_GAPS:
        place.error("answer", "too-many-gaps", TOO_MANY_GAPS, count=len(question.gaps), most=MOST_GAPS)
    for n, gap in enumerate(question.gaps, 1):
        _check_gap(place, n, gap)


def _check_gap(place: Place, n: int, gap: Gap) -> None:
    count = len(gap.accepted)
    if not count:
        place.error("answer", "no-answer", GAP_WITHOUT, n=n)
    elif count > MOST_ACCEPTED:
        place.error("answer", "too-many-accepted", TOO_MANY_ACCEPTED, n=n, count=count, most=MOST_ACCEPTED)
    elif all(each.weight != 1 for each in gap.accepted):
        place.error("answer", "no-full-answer", NO_FULL, n=n)
    if unknown := sorted(gap.ignoring - set(IGNORABLE)):
        place.error("answer", "unknown-ignored", UNKNOWN_IGNORED, n=n, words="、".join(map(brief, unknown)))
    for each in gap.accepted:
        _check_accepted(place, n, each, "numerals" in gap.ignoring)


def _check_accepted(place: Place, n: int, each: Accepted, is_numeral: bool) -> None:
    if not each.text.strip():
        place.error("answer", "empty-answer", EMPTY_ACCEPTED, n=n)
    elif "\n" in each.text:
        place.error("answer", "several-lines", SEVERAL_LINES, n=n)
    elif len(each.text) > LONGEST_ACCEPTED:
        place.error(
            "answer", "too-long", TOO_LONG_ACCEPTED, n=n, length=len(each.text), most=LONGEST_ACCEPTED
        )
    elif each.tolerance is not None and number(each.text, is_numeral) is None:
        place.error("answer", "not-a-number", NOT_A_NUMBER, n=n, text=brief(each.text))
    if each.tolerance is not None and each.tolerance < 0:
        place.error("answer", "negative-tolerance", NEGATIVE, n=n)
    if not 0 < each.weight <= 1:
        place.error("answer", "bad-weight", BAD_WEIGHT_OF_GAP, n=n, weight=str(each.weight))


def check_order(place: Place, question: Question) -> None:
    """Note what is wrong with the order of an order question."""
    missing = [option.id for option in question.options if option.id not in question.arranged]
    if not question.arranged:
        place.error("answer", "no-answer", NO_ORDER)
    elif missing:
        place.error("answer", "order-incomplete", ORDER_INCOMPLETE, letters="、".join(missing))
    elif repeated := _repeated(question.arranged):
        place.error("answer", "order-repeats", ORDER_REPEATS, letters="、".join(repeated))
    _check_outside(place, question)


def check_match(place: Place, question: Question) -> None:
    """Note what is wrong with the prompts of a match question and their options."""
    count, given = len(question.prompts), len(question.arranged)
    if count < 2:
        place.error("prompts", "too-few-prompts", TOO_FEW_PROMPTS, count=count)
    elif count > MOST_PROMPTS:
        place.error("prompts", "too-many-prompts", TOO_MANY_PROMPTS, count=count, most=MOST_PROMPTS)
    elif count != given:
        place.error("answer", "pairs-differ", PAIRS_DIFFER, count=count, given=given)
    for n, prompt in enumerate(question.prompts, 1):
        if not prompt.strip():
            place.error("prompts", "gap-in-prompts", EMPTY_PROMPT, n=n)
        elif len(prompt) > LONGEST_PROMPT:
            place.error("prompts", "too-long", TOO_LONG_PROMPT, n=n, length=len(prompt), most=LONGEST_PROMPT)
    if same := _repeated([" ".join(prompt.split()) for prompt in question.prompts if prompt.strip()]):
        place.error("prompts", "duplicate-prompts", SAME_PROMPTS, text=brief(same[0]))
    _check_outside(place, question)


def _check_outside(place: Place, question: Question) -> None:
    known = [option.id for option in question.options]
    outside = sorted(set(question.arranged) - set(known))
    if outside and known:
        shown = "、".join(map(brief, outside))
        place.error("answer", "answer-out-of-range", OUTSIDE, outside=shown, last=known[-1])


def check_attached(place: Place, question: Question) -> None:
    """Note what is wrong with weights, feedback, material and media."""
    ids = {option.id for option in question.options}
    for name, said, known in (
        ("weights", question.weights, ids),
        ("feedback", question.feedback, {*ids, *WHEN}),
    ):
        if outside := sorted(set(said) - known):
            place.error(
                name, "answer-out-of-range", NAMES_OUTSIDE, name=name, outside="、".join(map(brief, outside))
            )
    for letter, weight in question.weights.items():
        if not -1 <= weight <= 1:
            place.error("weights", "bad-weight", BAD_WEIGHT, letter=brief(letter), weight=str(weight))
    if question.material is not None:
        length = len(question.material.text)
        if not question.material.text.strip():
            place.error("material", "empty-material", EMPTY_MATERIAL)
        elif length > LONGEST_MATERIAL:
            place.error("material", "too-long", TOO_LONG_MATERIAL, length=length, most=LONGEST_MATERIAL)
    _check_media(place, question)


def _check_media(place: Place, question: Question) -> None:
    if len(question.media) > MOST_MEDIA:
        place.error("media", "too-many-media", TOO_MANY_MEDIA, count=len(question.media), most=MOST_MEDIA)
    if same := _repeated([medium.name for medium in question.media]):
        place.error("media", "duplicate-media", SAME_MEDIA, name=brief(same[0]))
    for medium in question.media:
        name = brief(medium.name)
        if not NAME.fullmatch(medium.name):
            place.error("media", "bad-name", BAD_NAME, name=name)
        if medium.type not in MEDIA_TYPES:
            place.error("media", "unknown-medium", UNKNOWN_MEDIUM, name=name, type=brief(medium.type))
        if len(medium.content) > LARGEST_MEDIUM:
            place.error("media", "too-large", TOO_LARGE, name=name, most=LARGEST_MEDIUM // 1_000_000)


def _repeated(texts: Sequence[str]) -> list[str]:
    return [text for text, count in Counter(texts).items() if count > 1]


BY_KIND: Mapping[str, Callable[[Place, Question], None]] = {
    "fill": check_gaps,
    "order": check_order,
    "match": check_match,
}
NEEDLESS_OPTIONS = N_("填空题不用选项。请把可接受的答案写进答案，或改为选择题。")
NO_ACCEPTED = N_("没有写答案，请按空的顺序填写每个空可接受的答案。")
GAPS_DIFFER = N_("题干里有 %(drawn)s 个空（____），答案却是 %(count)s 个空的。请改成一样多。")
TOO_MANY_GAPS = N_("有 %(count)s 个空，最多 %(most)s 个，请拆成几道题。")
GAP_WITHOUT = N_("第 %(n)s 个空没有答案，请至少填写一个可接受的答案。")
TOO_MANY_ACCEPTED = N_("第 %(n)s 个空有 %(count)s 个答案，最多 %(most)s 个。")
NO_FULL = N_("第 %(n)s 个空没有得满分的答案，请至少让一个答案得满分。")
UNKNOWN_IGNORED = N_("第 %(n)s 个空写的“%(words)s”不认识。ignoring 可以写 width、case、spaces、numerals。")
EMPTY_ACCEPTED = N_("第 %(n)s 个空有一个答案是空的，请填写或删去。")
SEVERAL_LINES = N_("第 %(n)s 个空的一个答案里有换行，答题时打不出来。请分成几个答案，或改成一行。")
TOO_LONG_ACCEPTED = N_("第 %(n)s 个空的一个答案有 %(length)s 字，最多 %(most)s 字，请缩短。")
NOT_A_NUMBER = N_("第 %(n)s 个空的答案“%(text)s”不是数，不能有误差范围。请写成 3.14、1/3 或 50%% 这样。")
NEGATIVE = N_("第 %(n)s 个空的误差范围是负数，请写成 0 或正数。")
BAD_WEIGHT_OF_GAP = N_("第 %(n)s 个空有一个答案得分比例是 %(weight)s，应当大于 0、不超过 1。")
NO_ORDER = N_("没有写正确的顺序，请按顺序写出选项的字母，例如 BADC。")
ORDER_INCOMPLETE = N_("正确的顺序里缺少选项 %(letters)s，请写全所有选项。")
ORDER_REPEATS = N_("正确的顺序里选项 %(letters)s 出现了几次，每个选项只写一次。")
TOO_FEW_PROMPTS = N_("连线题的左项只有 %(count)s 个，至少要有 2 个。")
TOO_MANY_PROMPTS = N_("连线题有 %(count)s 个左项，最多 %(most)s 个。")
PAIRS_DIFFER = N_("连线题有 %(count)s 个左项，答案却有 %(given)s 个。请按左项的顺序各写一个选项的字母。")
EMPTY_PROMPT = N_("第 %(n)s 个左项是空的，请填写或删去。")
TOO_LONG_PROMPT = N_("第 %(n)s 个左项有 %(length)s 字，最多 %(most)s 字，请缩短。")
SAME_PROMPTS = N_("有几个左项都是“%(text)s”，连到哪个才对分不清。请改成不同的内容。")
OUTSIDE = N_("答案是 %(outside)s，但选项只到 %(last)s。请改正答案或补上选项。")
NAMES_OUTSIDE = N_("%(name)s 里的 %(outside)s 不是这道题的选项。")
BAD_WEIGHT = N_("选项 %(letter)s 的得分比例是 %(weight)s，应当在 -1 和 1 之间。")
EMPTY_MATERIAL = N_("材料是空的，请填写材料，或去掉这一项。")
TOO_LONG_MATERIAL = N_("材料有 %(length)s 字，最多 %(most)s 字，请缩短。")
TOO_MANY_MEDIA = N_("有 %(count)s 个图片或音频，最多 %(most)s 个。")
SAME_MEDIA = N_("有两个图片或音频都叫“%(name)s”，请改成不同的名字。")
BAD_NAME = N_("图片或音频的名字“%(name)s”不能有空格和括号，也不能超过 100 字。")
UNKNOWN_MEDIUM = N_(
    "“%(name)s”的类型是 %(type)s，只能用 PNG、JPEG、GIF、WebP、SVG 图片和 MP3、M4A、OGG、WAV 音频。"
)
TOO_LARGE = N_("“%(name)s”超过 %(most)s MB，请压缩后再用。")
