"""How pages reach the browser: hashed addresses of assets, compression, caching, security headers."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request

HASH_LENGTH = 10  # characters of the content hash in an address
LEAST_BYTES = 600  # smaller bodies gain nothing
LEVEL = 6
KEPT_FILES = 100  # compressed assets held in memory
TEXTS = ("text/html", "text/css", "text/javascript", "image/svg+xml")
# What a phone does not read of our scripts and styles: comments and indents, a seventh of their bytes. Where
# our scripts hold a text there is no "//" after a space in it and no line end, which a test holds.
UNREAD = {
    "text/javascript": re.compile(rb"^[ \t]+|(?:(?<=[ \t])|^)//[^\n]*|^/\*.*?\*/", re.MULTILINE | re.DOTALL),
    "text/css": re.compile(rb"^[ \t]+|/\*.*?\*/", re.MULTILINE | re.DOTALL),
}
YEAR = "public, max-age=31536000, immutable"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def init_delivery(app: Flask) -> None:
    """Hash the addresses of assets and finish every response."""
    folder = Path(str(app.static_folder))

    @app.url_defaults
    def hashed(endpoint: str, values: dict[str, object]) -> None:
        name = values.get("filename")
        if endpoint == "static" and isinstance(name, str) and (folder / name).is_file():
            file = folder / name
            values["v"] = _hash(str(file), file.stat().st_mtime_ns)

    @app.after_request
    def finished(response: Response) -> Response:
        if request.path.startswith("/api/"):
            return response
        if request.endpoint == "static":
            _cache_asset(response)
            return _compressed(response)
        response.headers.setdefault("Cache-Control", "private, no-store")
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return _compressed(response)


def _cache_asset(response: Response) -> None:
    """Let a browser keep an asset for a year under its hashed address, and ask each time under its name."""
    response.headers["Cache-Control"] = YEAR if "v" in request.args else "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.pop("Content-Disposition", None)
    for needless in ("Last-Modified", "Expires", "Accept-Ranges"):  # the tag and the age say it
        response.headers.pop(needless, None)


def _compressed(response: Response) -> Response:
    """Compress a text for a browser that takes it.

    Not a page that holds a CSRF token and may show what was sent: its length would tell of it (BREACH).
    """
    is_ready = "Content-Encoding" in response.headers or response.status_code != 200
    if is_ready or response.mimetype not in TEXTS:
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    tells = (request.query_string or request.method != "GET") and b"csrf_token" in body
    if len(body) >= LEAST_BYTES and not tells:
        is_asset = request.endpoint == "static"
        response.set_data(_kept(body, response.mimetype) if is_asset else _squeezed(body))
        response.headers["Content-Encoding"] = "gzip"
        tag, _is_weak = response.get_etag()
        if tag is not None:
            response.set_etag(tag, weak=True)  # the compressed text is another sequence of bytes
    return response


@lru_cache(maxsize=KEPT_FILES)
def _hash(file: str, _changed_ns: int) -> str:
    return sha256(Path(file).read_bytes()).hexdigest()[:HASH_LENGTH]


def _squeezed(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)


@lru_cache(maxsize=KEPT_FILES)
def _kept(body: bytes, mimetype: str) -> bytes:
    unread = UNREAD.get(mimetype)
    return _squeezed(unread.sub(b"", body) if unread else body)
