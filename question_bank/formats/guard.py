"""Opens files from outside: looks before opening, reads in a process of its own with limits."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePath

from question_bank.formats.reading import Reading
from question_bank.problems import N_, Unreadable

MOST_BYTES = 20 * 2**20  # of an uploaded file; 50,000 questions are about 10 MB
MOST_UNPACKED = 160 * 2**20  # of all parts of a workbook together
MOST_PARTS = 5_000
MOST_RATIO = 250  # unpacked to packed; sheets of repeated text reach about 60
SMALL = 2**20  # a part below this size may have any ratio
WALL_S = 20.0  # 50,000 questions take about 6
ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
TEXTS = {".csv": "csv", ".txt": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
ROOT = Path(__file__).resolve().parents[2]  # where the reading process finds this library
WORKBOOKS = frozenset({".xlsx", ".xls", ".ods", ".et", ".xlsm", ".xlsb", ".xltx"})


def read(content: bytes, filename: str, scale: Mapping[str, str] | None = None) -> Reading:
    """Return what a file holds; whatever is wrong with it is in the reading's problems.

    `scale`: the file's words for difficulty → easy, medium, hard (or "" for none), where a person has mapped them.
    Nothing of the file is opened in this process; the reading process has limits of memory and time.
    """
    try:
        return _read_apart(content, recognised(content, filename), scale)
    except Unreadable as error:
        return Reading(problems=(error.problem,))


def recognised(content: bytes, filename: str) -> str:
    """Return the name of a file's format, by its first bytes and its suffix. Raises Unreadable.

    Sizes and ratios are looked at here, from a workbook's table of contents, before anything is unpacked.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(
            "too-large",
            N_("文件有 %(size)s MB，最多 %(most)s MB。请分成几个文件上传。"),
            size=len(content) // 2**20, most=MOST_BYTES // 2**20,
        )  # fmt: skip
    if not content.strip():
        raise Unreadable("empty-file", N_("文件是空的。"))
    suffix = PurePath(filename.lower()).suffix
    if content.startswith(ZIP):
        _check_parts(content)
        return "workbook"
    if content.startswith(OLE):
        return "workbook"
    if content.startswith(PDF) or suffix in WORKBOOKS or suffix not in TEXTS:
        return _by_text(content, suffix)
    return TEXTS[suffix]


def _by_text(content: bytes, suffix: str) -> str:
    if content.lstrip()[:1] == b"{":
        return "jsonl"
    if content.lstrip()[:1] == b"<":
        raise Unreadable(
            "not-a-workbook",
            N_("这是网页或 XML 文件，不是工作簿。请用 Excel 打开后另存为 .xlsx 再上传。"),
        )
    if suffix in WORKBOOKS and b"\0" not in content[:4096]:
        return "csv"  # many systems save text as .xls
    raise Unreadable(
        "unknown-format",
        N_("这种文件还不能读。可以上传 Excel 工作簿（.xlsx、.xls）、CSV 或 JSON Lines（.jsonl）。"),
    )


def _check_parts(content: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable(
            "broken-file", N_("文件已损坏，打不开。请重新导出或用 Excel 另存为 .xlsx 再上传。")
        ) from error
    names = {part.filename.lower() for part in parts}
    if "word/document.xml" in names:
        raise Unreadable("word-file", N_("这是 Word 文档，还不能读。请把题目填进模板工作簿再上传。"))
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Unreadable("macros", N_("工作簿带有宏。请用 Excel 另存为不带宏的 .xlsx 再上传。"))
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("encrypted", N_("文件加了密码。请去掉密码后再上传。"))
    unpacked = sum(part.file_size for part in parts)
    bombs = [p for p in parts if p.file_size > SMALL and p.file_size > MOST_RATIO * max(p.compress_size, 1)]
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or bombs:
        raise Unreadable(
            "too-much-inside",
            N_("文件解开后大得不正常，没有打开。请把题目复制到一个新的工作簿再上传。"),
        )


def _read_apart(content: bytes, name: str, scale: Mapping[str, str] | None) -> Reading:
    order = json.dumps({"format": name, "scale": dict(scale or {})}).encode()
    # A fresh interpreter and no fork: the server has threads.
    command = [sys.executable, "-m", "question_bank.formats.child"]
    try:
        done = subprocess.run(
            command,
            input=order + b"\n" + content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_S,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(
            "too-slow",
            N_("读这个文件用的时间太长，已停止。请把题目复制到一个新的工作簿，或分成几个文件上传。"),
        ) from error
    if done.returncode != 0:
        raise Unreadable(
            "unreadable",
            N_("这个文件读不出来：内容已损坏或大得不正常。请把题目复制到一个新的工作簿再上传。"),
        )
    return Reading.from_dict(json.loads(done.stdout))
