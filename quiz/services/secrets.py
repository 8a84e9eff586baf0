"""Random codes and what is stored of them."""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: codes are read aloud and typed on phones
CODE_LENGTH = 10  # 31^10 ≈ 8·10^14 codes: guessing is hopeless

FILE_TOKEN = re.compile(r"[0-9a-f]{32}")


def new_file_token() -> str:
    """Return a random name for a file that is kept until somebody comes back to it."""
    return secrets.token_hex(16)


def is_file_token(text: str) -> bool:
    """Return whether a text from an address can be the name of a kept file, and nothing else."""
    return FILE_TOKEN.fullmatch(text) is not None


def new_token() -> str:
    """Return a random token for a cookie or an address (256 bits)."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Return a random participant code as it is printed: two groups of five."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def code_of(secret: bytes, name: str) -> str:
    """Return the participant code that follows from the server's secret and a name, as `new_code` prints it.

    It can be told again without being stored; who does not know the secret cannot guess it.
    """
    number = number_of(secret, f"code-of:{name}")
    letters = ""
    for _ in range(CODE_LENGTH):
        number, position = divmod(number, len(CODE_ALPHABET))
        letters += CODE_ALPHABET[position]
    return f"{letters[:5]}-{letters[5:]}"


def number_of(secret: bytes, name: str) -> int:
    """Return the number of 256 bits that follows from the server's secret and a name."""
    return int.from_bytes(hmac.new(secret, name.encode(), "sha256").digest(), "big")


def digest(secret: bytes, purpose: str, token: str) -> str:
    """Return what is stored of a token: a keyed hash, so that a copy of the database signs nobody in."""
    return hmac.new(secret, f"{purpose}:{token}".encode(), "sha256").hexdigest()


def plain_code(typed: str) -> str:
    """Return a participant code as stored, from whatever was typed: full width, lower case, spaces."""
    wide = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in wide if letter in CODE_ALPHABET)
