"""Looks at files from outside before anything opens them: what they are, how large they would become."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePath

from question_bank.formats.recognised_text import is_opentdb, text_format, xml_format
from question_bank.problems import N_, Unreadable

MEGA = 2**20
MOST_BYTES = 20 * MEGA  # of an uploaded file; 50,000 questions are about 10 MB
MOST_UNPACKED = 160 * MEGA  # of all parts of a workbook together
MOST_PARTS, MOST_ITEMS = 5_000, 30_000  # parts of a workbook; of a package, where each question is one
MOST_TEXTS = 40 * MEGA  # of the part of a workbook that holds the texts of all sheets
MOST_RATIO = 250  # unpacked to packed; sheets of repeated text reach about 60
SMALL = MEGA  # a part below this size may have any ratio
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LISTED = b"PK\x01\x02"  # begins each part in the table of contents of a zip
BROKEN_ZIP = (  # what opening and unpacking a damaged zip may raise
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    EOFError,
    OSError,
)
TEXTS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
PROSE = frozenset({".txt", ".gift", ".aiken"})  # may hold questions as text
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
XML_IN_UTF_16 = (b"\xff\xfe<\0", b"\xfe\xff\0<")
WORKBOOKS = frozenset({".xlsx", ".xls", ".ods", ".et", ".xlsm", ".xlsb", ".xltx"})


def recognised(content: bytes, filename: str) -> str:
    """Return the name of a file's format, by its first bytes and its suffix. Raises Unreadable.

    Sizes and ratios are read from a workbook's table of contents; nothing is unpacked.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(
            "too-large",
            N_("文件有 %(size)s MB，最多 %(most)s MB。请分成几个文件上传。"),
            size=len(content) // MEGA,
            most=MOST_BYTES // MEGA,
        )
    if not content.strip():
        raise Unreadable("empty-file", N_("文件是空的。"))
    if content.startswith(ZIP):
        names = _checked_parts(content)
        return next((format_ for part, format_ in BY_PART.items() if part in names), "") or _zip_format(names)
    if content.startswith(OLE):
        _check_compound(content)
        return "workbook"
    return _text_format(content, PurePath(filename.lower()).suffix)


def _text_format(content: bytes, suffix: str) -> str:
    first = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first == b"<" or content[:4] in XML_IN_UTF_16:
        name = xml_format(content)
        if name == "doctype":
            raise Unreadable("doctype", DOCTYPE)
        if name:
            return name
        raise Unreadable(
            "not-a-table",
            N_("这是网页或不认识的 XML 文件，里面没有题目。请用 Excel 打开后另存为 .xlsx 再上传。"),
        )
    if first == b"[" and suffix == ".json" and b'"correct_answer"' in content[:MEGA]:
        return "opentdb"
    if first == b"{":
        return "opentdb" if is_opentdb(content) else "jsonl"
    if suffix in WORKBOOKS and (b"\0" not in content[:4096] or content[:2] in UTF_16):
        return "csv"  # many systems save text under the name of a workbook
    if suffix in PROSE and (name := text_format(content, suffix)):
        return name
    if suffix in TEXTS:
        return TEXTS[suffix]
    raise Unreadable(
        "unknown-format",
        N_(
            "这种文件还不能读。可以上传 Excel 工作簿、CSV、Word 文档（.docx）、试卷文本（.txt）、"
            "GIFT、Moodle XML、QTI 题包（.zip）或 JSON Lines（.jsonl）。"
        ),
    )


def _zip_format(names: frozenset[str]) -> str:
    """Return what a zip of other files is: questions as XML, or else several files of a person's."""
    files = sorted({name.rpartition("/")[2] for name in names if not name.startswith(FROM_A_MAC)} - {""})
    if any(name.endswith(".xml") and not name.startswith(".") for name in files):
        return "package"
    raise Unreadable("not-a-table", PACKED, count=len(files), names="、".join(files[:3])[:100])


def _checked_parts(content: bytes) -> frozenset[str]:
    """Return the names of a zip's parts, with and without folders. Raises Unreadable."""
    if content.count(LISTED) > MOST_ITEMS:  # before they become objects of this process
        raise Unreadable("too-much-inside", TOO_MUCH)
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
    except BROKEN_ZIP as error:
        raise Unreadable("broken-file", N_("文件已损坏，打不开。请用 Excel 另存为 .xlsx 再上传。")) from error
    names = {part.filename.lower() for part in parts}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Unreadable("macros", N_("工作簿带有宏，没有打开。请用 Excel 另存为不带宏的 .xlsx 再上传。"))
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("encrypted", ENCRYPTED)
    unpacked = sum(part.file_size for part in parts)
    bombs = [p for p in parts if p.file_size > max(SMALL, MOST_RATIO * p.compress_size)]
    texts = [part for part in parts if part.filename.lower().endswith("sharedstrings.xml")]
    bombs += [part for part in texts if part.file_size > MOST_TEXTS]
    most = MOST_ITEMS if "imsmanifest.xml" in names else MOST_PARTS
    if len(parts) > most or unpacked > MOST_UNPACKED or bombs:
        raise Unreadable("too-much-inside", TOO_MUCH)
    inside = (name.removeprefix("/") if name.startswith("/xl/") else name for name in names)  # some write it
    if any(".." in name.replace("\\", "/").split("/") or name.startswith("/") for name in inside):
        raise Unreadable("outside-path", OUTSIDE_PATH)
    return frozenset(names) | {name.rpartition("/")[2] for name in names}


def _check_compound(content: bytes) -> None:
    """Refuse old-style compound files that hold a locked workbook or macros; their directory is UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable("encrypted", ENCRYPTED)
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise Unreadable("macros", N_("工作簿带有宏，没有打开。请用 Excel 另存为不带宏的 .xlsx 再上传。"))
    if "WordDocument".encode("utf-16-le") in content:
        raise Unreadable("word-file", N_("这是旧的 Word 文档（.doc）。请用 Word 另存为 .docx 再上传。"))


BY_PART = {
    "imsmanifest.xml": "package",
    "word/document.xml": "word",
    "xl/workbook.xml": "workbook",
    "xl/workbook.bin": "workbook",
    "[content_types].xml": "workbook",
    "content.xml": "workbook",  # .ods
}
FROM_A_MAC = ("__macosx/", "._")
PACKED = N_(
    "这是压缩包，里面有 %(count)s 个文件（%(names)s…），没有打开。请先解压，再把其中的文件一个一个上传。"
)
OUTSIDE_PATH = N_("文件里有指向文件外的路径（..），没有打开。请从原系统重新导出再上传。")
DOCTYPE = N_("文件里有不该有的声明（DOCTYPE），没有打开。请从原系统重新导出再上传。")
ENCRYPTED = N_("文件加了密码，没有打开。请在 Excel 中去掉密码后再上传。")
TOO_MUCH = N_("文件解开后大得不正常，没有打开。请把题目复制到一个新的工作簿再上传。")
