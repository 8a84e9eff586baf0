"""What must be told again but never lies readable in the database: sealed texts, and keys to find them by."""

from __future__ import annotations

import base64
import os
from contextlib import suppress
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from quiz.services.secrets import digest

NONCE_BYTES = 12
VERSION = "1"  # of the way of sealing, before each sealed text


Keys = tuple[bytes, ...]  # the newest first: it seals, all of them open


def seal(keys: Keys, purpose: str, text: str) -> str:
    """Return a text as it may be stored: AES-GCM under what follows from the newest key.

    `purpose` is bound to it: what was sealed for one cannot be opened for another.
    """
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(keys[0]).encrypt(nonce, text.encode(), purpose.encode())
    return f"{VERSION}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(keys: Keys, purpose: str, sealed: str) -> str:
    """Return the text that was sealed; raises InvalidTag where no key or another purpose opens it."""
    version, _, rest = sealed.partition(".")
    if version != VERSION:
        raise ValueError("sealed in a way that is not known")
    raw = base64.urlsafe_b64decode(rest)
    for key in keys:
        with suppress(InvalidTag):
            return _cipher(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()
    raise InvalidTag()


def look_up_keys(keys: Keys, purpose: str, text: str) -> list[str]:
    """Return what a sealed text is found by: a keyed hash under each key, that of the newest first."""
    return [digest(key, f"look-up-{purpose}", text) for key in keys]


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"quiz sealing").derive(key))
