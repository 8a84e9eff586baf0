"""A real OpenID Connect provider on loopback, made with Authlib's server: code with PKCE, discovery, JWKS."""

from __future__ import annotations

import os
import secrets
import time
from typing import Any, ClassVar

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core import grants as oidc_grants
from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from joserfc.jwk import RSAKey

from quiz.sign_in_settings import Oidc

CLIENT, SECRET = "quiz", "the secret of the client"


class _Client(ClientMixin):
    client_id = CLIENT

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, _address: str) -> bool:
        return True

    def check_client_secret(self, given: str) -> bool:
        return secrets.compare_digest(given, SECRET)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"


class _Code(AuthorizationCodeMixin):
    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)

    def get_redirect_uri(self) -> Any:
        return self.redirect_uri

    def get_scope(self) -> Any:
        return self.scope

    def get_nonce(self) -> Any:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class _User(str):
    def get_user_id(self) -> str:
        return str(self)


class Provider:
    """The provider as seen by one person; what it tells in its tokens can be bent."""

    def __init__(self) -> None:
        os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback
        self.person, self.nickname = "u-42", "张三的昵称"
        self.key = RSAKey.generate_key(2048, parameters={"kid": "k1"})
        self.signs_with = self.key
        self.issuer_in_token: str | None = None
        self.audience: str = CLIENT
        self.nonce: str | None = None  # instead of the one that was asked for
        self.expires_in = 3600
        self.url = ""

    def settings(self) -> Oidc:
        """What a server needs to know of it."""
        return Oidc(self.url, CLIENT, SECRET, "渝中通")

    def app(self) -> Flask:
        """The endpoints."""
        app = Flask("provider")
        codes: dict[str, _Code] = {}
        server = AuthorizationServer(
            app,
            query_client=lambda client: _Client() if client == CLIENT else None,
            save_token=lambda _token, _request: None,
        )
        server.register_grant(
            _grant(codes), [_id_token(self)(require_nonce=True), CodeChallenge(required=True)]
        )

        @app.get("/authorize")
        def authorize() -> ResponseReturnValue:
            user = _User(self.person)
            return server.create_authorization_response(
                grant=server.get_consent_grant(end_user=user), grant_user=user
            )

        @app.post("/token")
        def token() -> ResponseReturnValue:
            return server.create_token_response()

        @app.get("/jwks")
        def jwks() -> ResponseReturnValue:
            return jsonify(keys=[self.key.as_dict(private=False)])

        @app.get("/.well-known/openid-configuration")
        def configuration() -> ResponseReturnValue:
            ends = {
                "authorization_endpoint": "authorize",
                "token_endpoint": "token",
                "jwks_uri": "jwks",
            }
            return jsonify(issuer=self.url, **{name: f"{self.url}/{path}" for name, path in ends.items()})

        return app


def _grant(codes: dict[str, _Code]) -> type[grants.AuthorizationCodeGrant]:
    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = ["client_secret_basic"]

        def save_authorization_code(self, code: str, asked: Any) -> None:
            told = asked.payload
            codes[code] = _Code(
                code=code,
                redirect_uri=told.redirect_uri,
                scope=told.scope,
                nonce=told.data.get("nonce"),
                user=asked.user,
                code_challenge=told.data.get("code_challenge"),
                code_challenge_method=told.data.get("code_challenge_method"),
            )

        def query_authorization_code(self, code: str, _client: object) -> _Code | None:
            return codes.get(code)

        def delete_authorization_code(self, code: Any) -> None:
            codes.pop(code.code, None)

        def authenticate_user(self, code: Any) -> Any:
            return code.user

    return Grant


def _id_token(provider: Provider) -> type[oidc_grants.OpenIDCode]:
    class IdToken(oidc_grants.OpenIDCode):
        def exists_nonce(self, _nonce: str, _request: object) -> bool:
            return False

        def resolve_client_private_key(self, _client: object) -> RSAKey:
            return provider.signs_with

        def get_client_algorithm(self, _client: object) -> str:
            return "RS256"

        def get_encode_header(self, _client: object) -> dict[str, str]:
            return {"alg": "RS256", "kid": "k1"}

        def get_client_claims(self, _client: object) -> dict[str, Any]:
            return {
                "iss": provider.issuer_in_token or provider.url,
                "aud": [provider.audience],
                "exp": int(time.time()) + provider.expires_in,
            }

        def generate_user_info(self, user: str, _scope: str) -> UserInfo:
            told = {"sub": user, "nickname": provider.nickname}
            return UserInfo(**told, **({"nonce": provider.nonce} if provider.nonce else {}))

    return IdToken
