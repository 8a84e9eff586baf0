"""Which format a text file has, by its beginning."""

from __future__ import annotations

import re

HEAD = 2**16  # bytes that are looked at
PROLOGUE = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|\s)*", re.DOTALL)
ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
ROOTS = {
    "quiz": "moodle_xml",
    "assessmentItem": "qti_xml",
    "qti-assessment-item": "qti_xml",
    "questestinterop": "qti_xml",
    "examview": "examview",
}
AIKEN = re.compile(
    r"^[ \t]*ANSWER[ \t]*[:：][ \t]*[A-Za-z](?:[ \t,，、]{0,3}[A-Za-z]){0,9}[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
GIFT = re.compile(r"(?<!\\)\{[ \t\n]*(?:[=~#]|T\b|F\b|TRUE\b|FALSE\b|\})|^\$CATEGORY:|^::.*::", re.MULTILINE)
SUFFIXES = {".gift": "gift", ".aiken": "aiken"}
TABS = re.compile(r"\A\s*(?:MC|MA|TF|ESS|ORD|MAT|FIB|FIB_PLUS|FIL|NUM|SR|OP|JUMBLED_SENTENCE|QUIZ_BOWL)\t")
WEBCT = re.compile(r"^:TYPE:\w", re.MULTILINE)
OPENTDB = re.compile(r'\s*\{(?:\s*"response_code"\s*:\s*\d+\s*,)?\s*"results"\s*:\s*\[')
EXAM = re.compile(
    r"[\[【(（](?:单选|多选|判断|填空|单项选择|多项选择|不定项选择)题[\]】)）]"
    r"|^[ \t　]*[(（第]?\d{1,4}[ \t]*[.．、)）题](?!\d).*\n(?:.*\n){0,8}?[ \t　]*"
    r"(?:[(（]?[AＡ][ \t]*[.．、)）]|(?:【|参考|正确)?答案)",
    re.MULTILINE,
)
TABLE = re.compile(r"(?:题干|题目|问题|试题|答案)")  # with a delimiter in one line: the header of a table
LONGEST_HEADER = 300
TEXTS = ((TABS, "blackboard_text"), (WEBCT, "webct"), (AIKEN, "aiken"), (GIFT, "gift"))


def xml_format(content: bytes) -> str:
    """Return the format that the root of XML names, "doctype" where one stands before it, "" for neither."""
    text = _head(content)
    prologue = PROLOGUE.match(text)
    rest = text[prologue.end() :] if prologue else text
    if rest[:9].upper() == "<!DOCTYPE" and not rest[9:].lstrip().lower().startswith("html"):
        return "doctype"
    root = ROOT.match(rest)
    return ROOTS.get(root[1], "") if root else ""


def is_opentdb(content: bytes) -> bool:
    """Return whether JSON is a reply of Open Trivia DB."""
    return OPENTDB.match(_head(content)) is not None


def text_format(content: bytes, suffix: str) -> str:
    """Return the format of questions written as text, "" for none that is known."""
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    text = _head(content)
    found = next((name for mark, name in TEXTS if mark.search(text)), "")
    return found or ("exam_text" if EXAM.search(text) and not _begins_a_table(text) else "")


def _begins_a_table(text: str) -> bool:
    first = text.lstrip()[:LONGEST_HEADER].partition("\n")[0]
    return bool(TABLE.search(first)) and any(mark in first for mark in ",\t;|")


def _head(content: bytes) -> str:
    """Return the beginning of a file as text, whatever is broken in it."""
    head = content[:HEAD]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "ignore")
    elif b"\0" in head:
        text = head.decode("utf-16-le" if head.rfind(b"\n\0") % 2 == 0 else "utf-16-be", "ignore")
    else:
        text = head.decode("utf-8-sig", "ignore") if _is_utf8(head) else head.decode("gb18030", "ignore")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # only its last character is cut
    return True
