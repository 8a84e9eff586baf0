"""One-time codes: sent to a phone or a mailbox, good in one browser, for ten minutes and a few tries."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable

from sqlalchemy import delete, func, select, update

from quiz.errors import N_, InvalidInput, TooMany, WrongCode
from quiz.models.subjects import OneTimeCode
from quiz.services import senders
from quiz.services.guessing import check_tries
from quiz.services.platform import Platform
from quiz.services.sealing import look_up_keys, seal, unseal
from quiz.services.seats import plain_digits
from quiz.services.secrets import digest, new_token
from quiz.services.senders import Message
from quiz.services.subjects import Proven

DIGITS = 6
VALID_MS = 600_000  # ten minutes
MOST_TRIES = 5  # of one code
PAUSE_MS = 60_000  # before another one is sent to the same number
KEPT_MS = 86_400_000  # rows that have run out are taken away after a day
HOUR_S, DAY_S = 3_600, 86_400
MOST_TO_ONE = 8  # codes a day: with 5 tries each 4·10^-5 of all codes
MOST_FROM_ADDRESS = 300  # an hour: phones share the addresses of their network
MOST_A_DAY = 50_000  # of the whole server: each costs money
LONGEST_EMAIL = 254  # characters
CHINESE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
FOREIGN = re.compile(r"\+(?!86)[1-9]\d{6,14}")
EMAIL = re.compile(
    r"[^@\s,;:<>()\[\]\\\"]+@[\w-]+(?:\.[\w-]+)+"
)  # nothing that a mail's header reads as more
TAG = re.compile(r"(?<=.)\+.*(?=@)")  # li+1@…, li+2@… are usually one mailbox


class WrongOneTimeCode(WrongCode):
    """Not the code that was sent, or it has run out, or was tried too often."""

    code = "wrong_code"
    message = N_("验证码不对，或者已经过期。请核对最新收到的一条，或重新获取。")


def phone_number(typed: str) -> str:
    """Return a number with its country code, as it is stored; raises InvalidInput."""
    plain = re.sub(r"[\s().-]", "", unicodedata.normalize("NFKC", typed))
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    if found := CHINESE.fullmatch(plain):
        return f"+86{found[1]}"
    if FOREIGN.fullmatch(plain):
        return plain
    raise InvalidInput(N_("请填写 11 位手机号；境外号码请加国际区号，例如 +852。"))


def email_address(typed: str) -> str:
    """Return an address as it is stored; raises InvalidInput."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    if not EMAIL.fullmatch(plain) or len(plain) > LONGEST_EMAIL or not plain.isprintable():
        raise InvalidInput(N_("邮箱地址不完整，请核对，例如 name@example.org。"))
    return plain.casefold()


READ = {"phone": phone_number, "email": email_address}


def begin(
    platform: Platform, proven: Proven, words: Callable[[str], tuple[str, str]], now_ms: int, address: str
) -> str:
    """Send a code to a number or an address and return the token that its browser keeps.

    Whether anybody is known by it changes nothing. `words`: code → subject and text of the message.
    Raises TooMany, NotSent.
    """
    check_tries(platform, address, now_ms)
    key = look_up_keys(platform.contact_keys, proven.way, proven.text)[0]
    mailbox = TAG.sub("", proven.text) if proven.way == "email" else proven.text
    reached = look_up_keys(platform.contact_keys, proven.way, mailbox)[0][:32]
    _check_pause(platform, key, reached, now_ms)
    for counter, most, window_s in (
        (f"codes-to:{reached}", MOST_TO_ONE, DAY_S),
        (f"codes-from:{address}", MOST_FROM_ADDRESS, HOUR_S),
        ("codes", MOST_A_DAY, DAY_S),
    ):
        if not platform.limits.allow(counter, most, window_s, now_ms):
            raise TooMany(N_("验证码发得太多，请过一段时间再试，或换一种方式登录。"), retry_after=HOUR_S)
    token, code = new_token(), str(secrets.randbelow(10**DIGITS)).zfill(DIGITS)
    kept = digest(platform.secret, "one-time", token)
    with platform.store.writing() as session:
        session.execute(delete(OneTimeCode).where(OneTimeCode.expires_ms < now_ms - KEPT_MS))
        session.add(
            OneTimeCode(
                digest=kept,
                way=proven.way,
                key=key,
                sealed=seal(platform.contact_keys, proven.way, proven.text),
                code_digest=digest(platform.secret, "one-time-code", f"{token}:{code}"),
                created_ms=now_ms,
                expires_ms=now_ms + VALID_MS,
                tries=0,
            )
        )
    senders.send(platform, proven.way, Message(proven.text, code, *words(code)))
    return token


def waiting(platform: Platform, token: str, now_ms: int) -> Proven | None:
    """Return what a code was sent to, while it can be typed; nothing is proven by that."""
    with platform.store.reading() as session:
        row = session.get(OneTimeCode, digest(platform.secret, "one-time", token))
    if row is None or row.used_ms is not None or row.expires_ms <= now_ms:
        return None
    return Proven(row.way, unseal(platform.contact_keys, row.way, row.sealed))


def complete(platform: Platform, token: str, typed: str, now_ms: int, address: str) -> Proven:
    """Return what a code proves, once; the try is counted before it is looked at. Raises WrongOneTimeCode."""
    check_tries(platform, address, now_ms)
    kept = digest(platform.secret, "one-time", token)
    code_digest = digest(platform.secret, "one-time-code", f"{token}:{plain_digits(typed)}")
    with platform.store.writing() as session:
        row = session.execute(
            update(OneTimeCode)
            .where(
                OneTimeCode.digest == kept,
                OneTimeCode.used_ms.is_(None),
                OneTimeCode.tries < MOST_TRIES,
                OneTimeCode.expires_ms > now_ms,
            )
            .values(tries=OneTimeCode.tries + 1)
            .returning(OneTimeCode.way, OneTimeCode.sealed, OneTimeCode.code_digest)
        ).one_or_none()
        is_right = row is not None and secrets.compare_digest(row.code_digest, code_digest)
        if is_right:
            session.execute(update(OneTimeCode).where(OneTimeCode.digest == kept).values(used_ms=now_ms))
    if row is None or not is_right:
        raise WrongOneTimeCode()
    return Proven(row.way, unseal(platform.contact_keys, row.way, row.sealed))


def _check_pause(platform: Platform, key: str, reached: str, now_ms: int) -> None:
    """Raise TooMany where a code was sent a moment ago, or is being sent by a request at the same time."""
    with platform.store.reading() as session:
        last = session.scalar(select(func.max(OneTimeCode.created_ms)).where(OneTimeCode.key == key))
    left_ms = (last or 0) + PAUSE_MS - now_ms
    if left_ms <= 0 and not platform.limits.allow(f"code-now:{reached}", 1, PAUSE_MS // 1000, now_ms):
        left_ms = PAUSE_MS - now_ms % PAUSE_MS
    if left_ms > 0:
        left_s = -(-left_ms // 1000)
        raise TooMany(N_("刚刚发过验证码，请等 %(retry_after)s 秒再重新获取。"), retry_after=left_s)
