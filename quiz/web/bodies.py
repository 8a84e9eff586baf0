"""JSON in and out: reading what a client sent, whatever it is, and answering so that nobody keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Flask, Request, Response, request
from werkzeug.routing import IntegerConverter, ValidationError

from quiz.errors import N_, Malformed

LARGEST_BODY = 64 * 1024  # bytes: 200 answers and their options take a quarter of it
JSON_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
LARGEST_ID = 2**63 - 1  # what the databases number rows with


class RowNumber(IntegerConverter):
    """A number in an address that the databases can hold; any other one leads to no page."""

    def to_python(self, value: str) -> int:
        """Return the number; raises ValidationError, which the router answers with 404."""
        number = id_of(value)
        if number is None:
            raise ValidationError
        return number


def init_bodies(app: Flask) -> None:
    """Let no address name a number that the databases cannot hold."""
    app.url_map.converters["int"] = RowNumber


def as_json(body: Mapping[str, object], status: int = 200) -> Response:
    """Return a JSON response that nobody keeps."""
    return Response(orjson.dumps(body), status, JSON_HEADERS)


def json_body(asked: Request = request) -> dict[str, Any]:  # Any: what somebody sent
    """Return the JSON object of a request, an empty one without a body; raises Malformed."""
    asked.max_content_length = LARGEST_BODY
    raw = asked.get_data(cache=False)
    if not raw:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Malformed(N_("请求不是有效的 JSON。")) from None
    if not isinstance(body, dict):
        raise Malformed(N_("请求应为一个 JSON 对象。"))
    return body


def text_of(body: Mapping[str, Any], name: str, most: int) -> str:  # Any: what somebody sent
    """Return a text of the body without control characters, "" when it is absent; raises Malformed."""
    found = body.get(name)
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > most:
        raise Malformed(N_("%(name)s 应为不超过 %(most)s 个字符的文字。"), name=name, most=most)
    return plain(found)


def id_of(text: object) -> int | None:
    """Return the number that an id's text stands for, None when it stands for none."""
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20:
        number = int(text)
        return number if number <= LARGEST_ID else None
    return None


def plain(text: str) -> str:
    """Return a text without the control characters that no database and no page wants."""
    return "".join(letter for letter in text if letter >= " " and letter != "\x7f").strip()
