"""The words for kinds of questions in other people's files."""

from __future__ import annotations

import re
import unicodedata

from question_bank.formats.other_languages import simplified

CHOICE_WORDS = frozenset(
    {"选择", "选择题", "multiplechoice", "choice", "mcq"}
)  # the number of answers decides
WORDS = {
    "single": "单选 单选题 单项 单项选择 单项选择题 单选择题 最佳选择题 选择 选择题 single single_choice "
    "singlechoice multiplechoice mcq radio",
    "multiple": "多选 多选题 复选 复选题 多项 多项选择 多项选择题 multiple multiple_choice "
    "multi multiselect multipleselect multipleresponse checkbox",
    "indefinite": "不定项 不定项题 不定项选择 不定项选择题 indefinite",
    "true_false": "判断 判断题 判断正误 是非 是非题 对错 对错题 正误 正误题 truefalse true_false true/false "
    "truefalsequestion t/f tf yes/no judge judgement",
    "fill": "填空 填空题 单空填空题 多空填空题 数字填空 数字填空题 fill fillin fillintheblank "
    "fillintheblanks fillinblank blank completion fib",
    "order": "排序 排序题 order ordering reorder sequence",
    "match": "连线 连线题 匹配 匹配题 配对 配对题 match matching",
}
KNOWN = {word: kind for kind, words in WORDS.items() for word in words.split()}
UNSUPPORTED = {
    "问答题": (
        "问答",
        "简答",
        "论述",
        "主观",
        "essay",
        "openended",
        "open",
        "shortanswer",
        "名词解释",
        "解答",
    ),
    "配伍题": ("配伍",),
    "计算题": ("计算", "numeric", "numerical", "应用题"),
    "材料题": ("材料", "group", "综合题", "阅读理解", "案例", "题组", "共用题干", "完形"),
    "投票题": ("投票", "poll", "survey", "调查", "问卷"),
    "绘图题": ("绘图", "画图", "draw", "作图"),
    "操作题": ("操作", "编程", "实操", "作文", "写作", "听力", "朗读", "口语"),
}


ESSAY, DESCRIPTION, GROUP = "问答题", "说明文字", "材料题"  # what readers find that is not ours

LONGEST_WORD = 60  # characters; no kind has a longer name
REMARK = re.compile(r"[(\[【].*?[)\]】]")  # "单选题（2分）"


def kind_of(word: str) -> str | None:
    """Return the kind a word stands for, None if it stands for none that we have."""
    return KNOWN.get(plain(word))


def unsupported_name(word: str) -> str:
    """Return the name of a kind that exists but cannot be represented here; "" for a word that names none."""
    wanted = plain(word)
    for name, words in UNSUPPORTED.items():
        if any(wanted.startswith(each) or (not each.isascii() and each in wanted) for each in words):
            return name
    return ""


def plain(word: str) -> str:
    """Return a word for a kind without what makes no difference: width, case, spaces, brackets, a number."""
    narrow = simplified(unicodedata.normalize("NFKC", word[:LONGEST_WORD]).casefold())
    narrow = REMARK.sub("", narrow) or narrow
    return re.sub(r"[\s\-（）()【】\[\]*:：.。、]|^[一二三四五六七八九十\d]+[、.]", "", narrow)
