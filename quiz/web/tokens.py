"""The bearer token of one attempt: who, which attempt, which session epoch, and a keyed hash over them."""

from __future__ import annotations

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import blake2b
from typing import NamedTuple

from quiz.services.received import AttemptRow

HASH_BYTES = 16
LAYOUT = struct.Struct("<QQI")  # person, attempt, epoch


class AttemptToken(NamedTuple):
    """What a valid token says."""

    person_id: int
    attempt_id: int
    epoch: int


def sign(secret: bytes, token: AttemptToken) -> str:
    """Return the token as text that fits a header and a JSON body."""
    body = LAYOUT.pack(token.person_id, token.attempt_id, token.epoch)
    return urlsafe_b64encode(body + _hash(secret, body)).decode()


def attempt_token(secret: bytes, row: AttemptRow) -> str:
    """Return the token with which the person of an attempt goes on with it."""
    return sign(secret, AttemptToken(row.person_id, row.id, row.epoch))


def read(secret: bytes, text: str) -> AttemptToken | None:
    """Return what a token says, None when it was not signed here."""
    try:
        raw = urlsafe_b64decode(text.encode())
    except (Base64Error, ValueError):
        return None
    body, given = raw[: LAYOUT.size], raw[LAYOUT.size :]
    if len(body) != LAYOUT.size or not hmac.compare_digest(given, _hash(secret, body)):
        return None
    return AttemptToken(*LAYOUT.unpack(body))


def _hash(secret: bytes, body: bytes) -> bytes:
    return blake2b(body, key=secret[:64], digest_size=HASH_BYTES, person=b"attempt").digest()
