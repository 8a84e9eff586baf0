"""A fake of WeChat's servers on loopback: speaks the endpoints of web authorization, each code good once."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import make_server

from quiz.sign_in_settings import WeChat

APP_ID, SECRET = "wx0123456789", "the secret"


class FakeWeChat:
    """WeChat as seen by one person whose openid is set here."""

    def __init__(self) -> None:
        self.openid, self.nickname = "oAbc-1", "微信用户"
        self.codes: dict[str, str] = {}
        self.refusal: dict[str, object] = {}  # what the interface replies instead
        self.asked: list[str] = []
        self.url = ""

    def settings(self, scope: str = "snsapi_base") -> WeChat:
        """What a server needs to know of it."""
        return WeChat(APP_ID, SECRET, scope, self.url, self.url)

    def app(self) -> Flask:
        """The three endpoints."""
        app = Flask("wechat")

        @app.get("/connect/oauth2/authorize")
        def authorize() -> ResponseReturnValue:
            assert request.args["appid"] == APP_ID
            assert request.args["response_type"] == "code"
            assert request.args["scope"] in ("snsapi_base", "snsapi_userinfo")
            code = secrets.token_urlsafe(8)
            self.codes[code] = self.openid
            return redirect(f"{request.args['redirect_uri']}?code={code}&state={request.args['state']}")

        @app.get("/sns/oauth2/access_token")
        def access_token() -> ResponseReturnValue:
            self.asked.append(request.args["code"])
            if self.refusal:
                return jsonify(self.refusal)
            if request.args["secret"] != SECRET:
                return jsonify(errcode=40125, errmsg="invalid appsecret")
            openid = self.codes.pop(request.args["code"], None)
            if openid is None:
                return jsonify(errcode=40163, errmsg="code been used")
            return jsonify(access_token="t", expires_in=7200, openid=openid, scope="snsapi_base")

        @app.get("/sns/userinfo")
        def userinfo() -> ResponseReturnValue:
            return jsonify(openid=request.args["openid"], nickname=self.nickname)

        return app


@contextmanager
def on_loopback(app: Flask) -> Iterator[str]:
    """Serve an application on loopback and return its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
