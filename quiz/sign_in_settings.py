"""Which ways of signing in a server offers, and what each needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson

from quiz.errors import N_, InvalidInput

WAYS = ("seat", "wechat", "oidc", "guest", "phone", "email", "code")  # in the order of the page
ALWAYS = ("seat", "guest", "code")  # need no setting
CONSOLE, FILE, SMTP, HTTP = "console", "file", "smtp", "http"
SCOPES = ("snsapi_base", "snsapi_userinfo")
SENDERS = {"phone": (CONSOLE, FILE, HTTP), "email": (CONSOLE, FILE, SMTP, HTTP)}
SETTINGS = {
    "SIGN_IN": "ways of signing in on the page, in this order; default: all that are set up",
    "PHONE_CODES": "how codes reach phones: console, file or http; default: not at all",
    "EMAIL_CODES": "how codes reach mailboxes: console, file, smtp or http; default: not at all",
    "CODES_URL": "address that http codes are posted to",
    "CODES_BODY": "what is posted: text with {to}, {code} and {text}; default JSON with these three",
    "CODES_HEADERS": 'headers of the post, as JSON: {"Authorization": "…"}',
    "SMTP_URL": "smtp://user:password@host:587 (STARTTLS) or smtps://…:465",
    "EMAIL_FROM": "sender of e-mail",
    "WECHAT_APP_ID": "official account whose web authorization signs people in, in WeChat's browser",
    "WECHAT_SECRET": "its AppSecret",
    "WECHAT_SCOPE": "snsapi_base (default: no question asked) or snsapi_userinfo (the nickname comes along)",
    "OIDC_ISSUER": "https://… of an OpenID Connect provider",
    "OIDC_CLIENT_ID": "what this server is called there",
    "OIDC_CLIENT_SECRET": "and its secret",
    "OIDC_NAME": "what people call the provider",
}


class BadSetting(InvalidInput):
    """A setting whose value cannot be used."""

    code = "bad_setting"


@dataclass(frozen=True)
class HttpTemplate:
    """How a code is handed to somebody's interface that sends it."""

    url: str
    body: str = '{"to": "{to}", "code": "{code}", "text": "{text}"}'
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


@dataclass(frozen=True)
class WeChat:
    """An official account, and where WeChat's servers are."""

    app_id: str
    secret: str
    scope: str = "snsapi_base"
    open_url: str = "https://open.weixin.qq.com"
    api_url: str = "https://api.weixin.qq.com"


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider."""

    issuer: str
    client_id: str
    client_secret: str
    name: str


@dataclass(frozen=True)
class SignInSettings:
    """What a server offers to who wants to sign in."""

    ways: tuple[str, ...] = ALWAYS
    senders: Mapping[str, str] | None = None  # phone, email → how codes get there
    http: HttpTemplate | None = None
    smtp_url: str = ""
    email_from: str = ""
    wechat: WeChat | None = None
    oidc: Oidc | None = None

    def sender(self, way: str) -> str:
        """Return how codes of a way are sent, "" for not at all."""
        return (self.senders or {}).get(way, "")


def sign_in_settings(environment: Mapping[str, str]) -> SignInSettings:
    """Return what the environment says; raises BadSetting for what cannot be used or is not complete."""
    senders = {way: how for way in SENDERS if (how := _sender(environment, way))}
    http = _http(environment) if HTTP in senders.values() else None
    smtp_url, email_from = environment.get("SMTP_URL") or "", environment.get("EMAIL_FROM") or ""
    if SMTP in senders.values() and not (_is_url(smtp_url, ("smtp", "smtps")) and "@" in email_from):
        raise BadSetting(N_("EMAIL_CODES=smtp 还需要 SMTP_URL（smtp://…）和 EMAIL_FROM（发信邮箱）。"))
    wechat, oidc = _wechat(environment), _oidc(environment)
    set_up = {*ALWAYS, *senders, *(["wechat"] if wechat else []), *(["oidc"] if oidc else [])}
    ways = _ways(environment, [way for way in WAYS if way in set_up])
    return SignInSettings(ways, senders, http, smtp_url, email_from, wechat, oidc)


def _ways(environment: Mapping[str, str], ready: list[str]) -> tuple[str, ...]:
    given = [way.strip() for way in (environment.get("SIGN_IN") or ",".join(ready)).split(",")]
    wrong = [way for way in given if way not in ready]
    if wrong:
        raise BadSetting(
            N_("SIGN_IN 里的 %(way)s 不能用：没有这种登录方式，或它还没有配置。现在可用：%(ready)s。"),
            way=wrong[0],
            ready=", ".join(ready),
        )
    return tuple(dict.fromkeys(given))


def _sender(environment: Mapping[str, str], way: str) -> str:
    name = f"{way.upper()}_CODES"
    how = (environment.get("PHONE_CODES") if way == "phone" else environment.get("EMAIL_CODES")) or ""
    if how and how not in SENDERS[way]:
        raise BadSetting(
            N_("%(name)s=%(given)s 不能用，可以是：%(known)s。"),
            name=name,
            given=how,
            known=", ".join(SENDERS[way]),
        )
    return how


def _http(environment: Mapping[str, str]) -> HttpTemplate:
    url, usual = environment.get("CODES_URL") or "", HttpTemplate("")
    if not _is_url(url, ("http", "https")):
        raise BadSetting(N_("用 http 发送验证码还需要 CODES_URL，以 https:// 开头。"))
    body = environment.get("CODES_BODY") or usual.body
    if "{to}" not in body or not ("{code}" in body or "{text}" in body):
        raise BadSetting(N_("CODES_BODY 里要有 {to}，还要有 {code} 或 {text}。"))
    given = environment.get("CODES_HEADERS")
    if not given:
        return HttpTemplate(url, body)
    try:
        headers = orjson.loads(given)
        pairs = tuple((str(name), str(value)) for name, value in headers.items())
    except (ValueError, AttributeError) as error:
        raise BadSetting(
            N_("CODES_HEADERS 应为 JSON 对象，例如 %(example)s。"), example='{"A": "b"}'
        ) from error
    return HttpTemplate(url, body, pairs)


def _wechat(environment: Mapping[str, str]) -> WeChat | None:
    app_id, secret = environment.get("WECHAT_APP_ID") or "", environment.get("WECHAT_SECRET") or ""
    scope = environment.get("WECHAT_SCOPE") or "snsapi_base"
    if not app_id and not secret:
        return None
    if not (app_id and secret) or scope not in SCOPES:
        raise BadSetting(
            N_("微信登录缺少 WECHAT_APP_ID 或 WECHAT_SECRET，或者 WECHAT_SCOPE 不是 %(known)s。"),
            known=", ".join(SCOPES),
        )
    return WeChat(app_id, secret, scope)


def _oidc(environment: Mapping[str, str]) -> Oidc | None:
    issuer, client_id = environment.get("OIDC_ISSUER") or "", environment.get("OIDC_CLIENT_ID") or ""
    secret, name = environment.get("OIDC_CLIENT_SECRET") or "", environment.get("OIDC_NAME") or ""
    if not issuer and not client_id:
        return None
    if not (_is_url(issuer, ("https",)) and client_id and secret and name):
        raise BadSetting(
            N_("OIDC 登录需要 OIDC_ISSUER（https://…）、OIDC_CLIENT_ID、OIDC_CLIENT_SECRET 和 OIDC_NAME。")
        )
    return Oidc(issuer, client_id, secret, name)


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
