"""OpenID Connect: who somebody is at a provider, by code with PKCE; the ID token is checked against its keys.

Source: OpenID Connect Core 1.0 and Discovery 1.0; RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from quiz.services.elsewhere import NoAnswer, StartAgain, ask
from quiz.services.secrets import new_token
from quiz.services.subjects import Proven
from quiz.sign_in_settings import Oidc

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # signed by the provider's own key, nothing symmetric
CLOCKS_MS = 60_000  # by which the clocks of two servers may differ
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What the browser keeps while somebody is at the provider."""

    state: str
    nonce: str
    verifier: str

    @property
    def text(self) -> str:
        """All of it as one text."""
        return orjson.dumps([self.state, self.nonce, self.verifier]).decode()

    @classmethod
    def of(cls, text: str) -> Asked:
        """Return what was kept as one text."""
        return cls(*orjson.loads(text))


def new_asked() -> Asked:
    """Return new random values for one sign-in."""
    return Asked(new_token(), new_token(), new_token())


def address(settings: Oidc, back: str, asked: Asked) -> str:
    """Return where somebody is sent; raises NoAnswer where the provider cannot be read."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest())
    words = {
        "client_id": settings.client_id,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "openid profile",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge.decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    endpoint = _discovered(settings, "authorization_endpoint")
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(words)}"


def who(settings: Oidc, code: str, back: str, asked: Asked, now_ms: int) -> Proven:
    """Return who came back with a code; raises StartAgain, NoAnswer."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": asked.verifier,
        "client_id": settings.client_id,
    }
    plain = f"{settings.client_id}:{settings.client_secret}".encode()
    basic = {"Authorization": f"Basic {base64.b64encode(plain).decode()}"}
    token = ask(_discovered(settings, "token_endpoint"), form, basic).get("id_token")
    claims = _claims(settings, str(token))
    expected = {"iss": settings.issuer, "nonce": asked.nonce}
    audience = claims.get("aud")
    is_ours = settings.client_id in (audience if isinstance(audience, list) else [audience])
    is_now = isinstance(claims.get("exp"), int | float) and claims["exp"] * 1000 + CLOCKS_MS > now_ms
    is_asked = all(claims.get(name) == value for name, value in expected.items())
    is_for_us = claims.get("azp", settings.client_id) == settings.client_id
    if not (is_ours and is_now and is_asked and is_for_us and claims.get("sub")):
        log.error("an ID token that is not for this sign-in")
        raise StartAgain()
    nickname = claims.get("nickname")
    return Proven("oidc", f"{settings.issuer} {claims['sub']}", nickname if isinstance(nickname, str) else "")


def _claims(settings: Oidc, token: str) -> dict[str, Any]:  # Any: JSON of the provider
    keys = ask(_discovered(settings, "jwks_uri"))
    try:
        return jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]  # checked by it
    except (JoseError, ValueError, KeyError, TypeError) as error:
        log.error("an ID token that cannot be checked: %s", type(error).__name__)
        raise NoAnswer() from None


def _discovered(settings: Oidc, name: str) -> str:
    found = ask(f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != settings.issuer or not isinstance(found.get(name), str):
        log.error("the provider's configuration is of another issuer, or without %s", name)
        raise NoAnswer()
    return str(found[name])
