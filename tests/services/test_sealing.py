"""Sealed texts: told again with the secret, and only for what they were sealed for."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag

from quiz.services.sealing import look_up_keys, seal, unseal

SECRET, OTHER = (b"a" * 32,), (b"b" * 32,)
PHONE = "+8613800138000"


def test_a_sealed_text_is_told_again_and_is_never_the_same_twice() -> None:
    first, second = seal(SECRET, "phone", PHONE), seal(SECRET, "phone", PHONE)

    assert unseal(SECRET, "phone", first) == unseal(SECRET, "phone", second) == PHONE
    assert first != second
    assert "138" not in first


@pytest.mark.parametrize(("secret", "purpose"), [(OTHER, "phone"), (SECRET, "email")])
def test_another_secret_or_purpose_opens_nothing(secret: tuple[bytes], purpose: str) -> None:
    with pytest.raises(InvalidTag):
        unseal(secret, purpose, seal(SECRET, "phone", PHONE))


def test_a_text_is_found_by_a_keyed_hash() -> None:
    keys = {look_up_keys(key, way, PHONE)[0] for key in (SECRET, OTHER) for way in ("phone", "email")}

    assert len(keys) == 4
    assert look_up_keys(SECRET, "phone", PHONE)[0] in keys
