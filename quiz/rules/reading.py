"""A rules document as text: YAML that is JSON data, read as every loader reads it, with the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml import events as ev
from yaml.reader import ReaderError

from quiz.errors import N_, Fault, InvalidDocument

MOST_CHARACTERS = 256_000  # a document of a contest has some thousands
DEEPEST = 24  # the deepest documents have 10
WHOLE = re.compile(r"-?(0|[1-9]\d*)")
ONE_HALF = re.compile("[\ud800-\udfff]")  # of a character: nothing that can be stored or sent
ODD_CHARACTER = N_("文件中有不能使用的控制字符，请用纯文本编辑器重新保存为 UTF-8。")
LONGEST_SHOWN = 40  # characters of a wrong value
BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class Source:
    """A document's plain values, and the line on which each of them stands."""

    raw: Any  # Any: JSON data, typed by the schema
    lines: dict[str, int] = field(default_factory=dict)  # JSON pointer → line, from 1

    def line(self, at: str) -> int | None:
        """Return the line of a place, or of the nearest place around it."""
        while at and at not in self.lines:
            at = at.rpartition("/")[0]
        return self.lines.get(at)


NUMBER = N_('这里要写不超过十亿的整数，或加引号的小数、分数，如 5、"0.5"、"1/3"。')
# What a YAML loader of one version or another takes for something else than text, and what to write instead.
DOUBTFUL = (
    (re.compile(r"|~|null", re.IGNORECASE), "empty", N_("这里没有值。请写上值；不需要这一项时请删去整行。")),
    (
        re.compile(r"[-+]?\d+:\d+(:\d+(\.\d+)?)?"),
        "unquoted_time",
        N_('时刻必须加引号，请写成 "%(text)s"。（不加引号时，有的程序会把它读成数字。）'),
    ),
    (
        re.compile(r"\d{4}-\d{1,2}-\d{1,2}.*"),
        "unquoted_date",
        N_('日期必须加引号，请写成 "%(text)s"。'),
    ),
    (
        re.compile(r"-?\d+\.\d+"),
        "unquoted_decimal",
        N_('小数必须加引号，请写成 "%(text)s"。（不加引号会被读成不精确的数。）'),
    ),
    (
        re.compile(
            r"[-+]?(\d[\d_]*)?\.\d[\d_]*([eE][-+]?\d+)?|[-+]?\d[\d_]*\.([eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+"
        ),
        "unquoted_decimal",
        NUMBER,
    ),
    (re.compile(r"-?[1-9]\d{18,}"), "too_large", NUMBER),
    (re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE), "unquoted_decimal", N_("这里不能写无穷大或非数。")),
    (
        re.compile(r"[-+]?(0[xXoObB]?[0-9a-fA-F_]+|\d[\d_]*)"),
        "odd_number",
        N_('整数请只写数字，不带正号、前导零、下划线或其他进制；若是文字请加引号："%(text)s"。'),
    ),
    (
        re.compile(r"y|n|yes|no|on|off|true|false", re.IGNORECASE),
        "odd_boolean",
        N_('是或否请写 true 或 false；若是文字请加引号："%(text)s"。'),
    ),
    (re.compile(r"<<|="), "merge", N_("不能使用 YAML 的合并写法，请把内容直接写出来。")),
)


def read(text: str) -> Source:
    """Read a document; raises InvalidDocument with everything that another loader would read otherwise."""
    if len(text) > MOST_CHARACTERS:
        sentence = N_("规则文件太长：%(length)s 个字符，最多 %(most)s 个。")
        raise InvalidDocument(
            [Fault("", None, "too_long", sentence, {"length": len(text), "most": MOST_CHARACTERS})]
        )
    reader = _Reader()
    try:
        reader.read(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        sentence = N_("这一行附近的写法不合 YAML 的格式，请检查缩进、冒号后的空格、引号和括号是否成对。")
        reader.faults.append(Fault("", line, "yaml", sentence))
    except ReaderError as error:
        reader.faults.append(Fault("", text.count("\n", 0, error.position) + 1, "yaml", ODD_CHARACTER))
    except _Stopped:
        pass
    if reader.faults:
        raise InvalidDocument(reader.faults)
    return Source(reader.root, reader.lines)


class _Stopped(Exception):
    """Nothing further can be read of this document."""


class _Frame:
    """A map or a list that is being read."""

    def __init__(self, at: str, container: dict[str, Any] | list[Any]) -> None:
        self.at, self.container = at, container
        self.key: str | None = None  # of a map: read, its value is still to come

    def place(self) -> str:
        part = str(len(self.container)) if isinstance(self.container, list) else escaped(self.key or "")
        return f"{self.at}/{part}"

    def put(self, value: Any) -> None:
        if isinstance(self.container, list):
            self.container.append(value)
        else:
            self.container[self.key or ""] = value
            self.key = None


class _Reader:
    def __init__(self) -> None:
        self.root: Any = None
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []
        self.stack: list[_Frame] = []
        self.documents = 0

    def read(self, events: Iterator[ev.Event]) -> None:
        for event in events:
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            match event:
                case ev.DocumentStartEvent():
                    self._document(line)
                case ev.AliasEvent():
                    self._stop(line, "alias", N_("不能使用 YAML 的引用（*名字），请把内容直接写出来。"))
                case ev.MappingStartEvent():
                    self._open(event, {}, line)
                case ev.SequenceStartEvent():
                    self._open(event, [], line)
                case ev.MappingEndEvent() | ev.SequenceEndEvent():
                    self._put(self.stack.pop().container)
                case ev.ScalarEvent():
                    self._scalar(event, line)

    def _document(self, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            self._stop(line, "second_document", N_("一个文件只能有一份规则，请删去“---”及其后的内容。"))

    def _open(self, event: ev.CollectionStartEvent, container: Any, line: int) -> None:
        self._plain_node(event, line)
        at = self._place(line)
        if len(self.stack) >= DEEPEST:
            self._stop(line, "too_deep", N_("括号或缩进的层次太多。"))
        self.stack.append(_Frame(at, container))

    def _scalar(self, event: ev.ScalarEvent, line: int) -> None:
        self._plain_node(event, line)
        if ONE_HALF.search(event.value):
            self._stop(line, "yaml", ODD_CHARACTER)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            self._key(frame, event, line)
            return
        at = self._place(line)
        self._put(self._value(event, at, line))

    def _key(self, frame: _Frame, event: ev.ScalarEvent, line: int) -> None:
        at = f"{frame.at}/{escaped(event.value)}"
        if event.style is None and event.value == "<<":
            self._fault(at, line, "merge", DOUBTFUL[-1][2])
        if event.value in frame.container:
            self._fault(
                at, line, "repeated_key", N_("“%(key)s”在这里写了两次，请只保留一个。"), key=event.value
            )
        frame.key = event.value
        self.lines[at] = line

    def _value(self, event: ev.ScalarEvent, at: str, line: int) -> Any:
        if event.style is not None:
            return event.value
        if event.value in BOOLEANS:
            return BOOLEANS[event.value]
        if WHOLE.fullmatch(event.value) and len(event.value) < 19:
            return int(event.value)
        for pattern, code, sentence in DOUBTFUL:
            if pattern.fullmatch(event.value):
                self._fault(at, line, code, sentence, text=event.value[:LONGEST_SHOWN])
                break
        return event.value

    def _plain_node(self, event: ev.NodeEvent, line: int) -> None:
        if event.anchor is not None:
            self._stop(line, "anchor", N_("不能使用 YAML 的锚点（&名字），请把内容直接写出来。"))
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            self._stop(line, "tag", N_("不能使用 YAML 的类型标记（!名字），请删去。"))
        frame = self.stack[-1] if self.stack else None
        is_key = frame is not None and isinstance(frame.container, dict) and frame.key is None
        if is_key and not isinstance(event, ev.ScalarEvent):
            self._stop(line, "odd_key", N_("这里的名字应是一个词，不能是列表或表。"))

    def _place(self, line: int) -> str:
        at = self.stack[-1].place() if self.stack else ""
        self.lines.setdefault(at, line)
        return at

    def _put(self, value: Any) -> None:
        if self.stack:
            self.stack[-1].put(value)
        else:
            self.root = value

    def _fault(self, at: str, line: int, code: str, sentence: str, **values: object) -> None:
        self.faults.append(Fault(at, line, code, sentence, values))

    def _stop(self, line: int, code: str, sentence: str) -> None:
        self._fault(self.stack[-1].at if self.stack else "", line, code, sentence)
        raise _Stopped


def escaped(key: str) -> str:
    """Return a key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")
