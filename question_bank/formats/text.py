"""Text from bytes: which encoding, decided by what is valid and never by guessing."""

from __future__ import annotations

import codecs
import unicodedata

from question_bank.problems import N_, Unreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WITHOUT_MARK = ("utf-16-le", "utf-16-be")
LINE_ENDS = frozenset("\t\n\r\f")
NO_TEXT = frozenset(("Cc", "Cs", "Cn"))  # kinds of characters that stand in no text


def decoded(content: bytes) -> str:
    """Return the text of a file. Raises Unreadable.

    By its mark, else strict UTF-8, else strict GB18030, else UTF-16 in the order of bytes that gives text.
    """
    encodings = [encoding for mark, encoding in MARKS if content.startswith(mark)][:1]
    for encoding in encodings or (WITHOUT_MARK if b"\0" in content else ("utf-8", "gb18030")):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and (encoding not in WITHOUT_MARK or _is_text(text)):
            return text
    raise Unreadable(
        "unknown-encoding",
        N_("文件的文字编码认不出来。请用 Excel 另存为 .xlsx，或存为 UTF-8 编码的文本后再上传。"),
    )


def _is_text(text: str) -> bool:
    """Return whether nothing stands in it that no text holds, as mostly in the wrong order of bytes."""
    return not any(unicodedata.category(each) in NO_TEXT for each in set(text) - LINE_ENDS)
