"""Text from bytes: which encoding, decided by what is valid and never by guessing."""

from __future__ import annotations

import codecs

from question_bank.problems import N_, Unreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(content: bytes) -> str:
    """Return the text of a file: by its mark, else strict UTF-8, else strict GB18030. Raises Unreadable."""
    encodings = [encoding for mark, encoding in MARKS if content.startswith(mark)][:1] or ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unreadable(
        "unknown-encoding",
        N_("文件的文字编码认不出来。请用 Excel 另存为 .xlsx，或存为 UTF-8 编码的文本后再上传。"),
    )
