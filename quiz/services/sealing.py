"""What must be told again but never lies readable in the database: sealed texts, and keys to find them by."""

from __future__ import annotations

import base64
import os
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from quiz.services.secrets import digest

NONCE_BYTES = 12
VERSION = "1"  # of the way of sealing, before each sealed text


def seal(secret: bytes, purpose: str, text: str) -> str:
    """Return a text as it may be stored: AES-GCM under a key that follows from the server's secret.

    `purpose` is bound to it: what was sealed for one cannot be opened for another.
    """
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _cipher(secret).encrypt(nonce, text.encode(), purpose.encode())
    return f"{VERSION}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(secret: bytes, purpose: str, sealed: str) -> str:
    """Return the text that was sealed; raises InvalidTag where the secret or the purpose is another."""
    version, _, rest = sealed.partition(".")
    if version != VERSION:
        raise ValueError("sealed in a way that is not known")
    raw = base64.urlsafe_b64decode(rest)
    return _cipher(secret).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()


def look_up_key(secret: bytes, purpose: str, text: str) -> str:
    """Return what a sealed text is found by: a keyed hash, the same for the same text."""
    return digest(secret, f"look-up-{purpose}", text)


@lru_cache(maxsize=4)
def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"quiz sealing").derive(secret))
