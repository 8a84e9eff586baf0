"""A running site for browser tests: the application behind a threaded server, contests made on demand."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import select, update
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from quiz import starter
from quiz.app import create_app
from quiz.config import Settings
from quiz.models.play import Attempt, Receipt
from quiz.models.upgrade import upgrade
from quiz.services import contests, play
from quiz.services.platform import Actor, Platform
from quiz.sweeps import start_sweeps
from tests.support import servers
from tests.support.clock import SHANGHAI
from tests.support.contests import response

SECRET = b"for browser tests, thirty-two bytes"
AGEING = (  # what holds the moments of an attempt
    (Attempt, Attempt.id, (Attempt.started_ms, Attempt.deadline_ms)),
    (Receipt, Receipt.attempt_id, (Receipt.received_ms, Receipt.opened_ms)),
)
QUESTIONS = "[{kinds: [single], count: %(count)s, points: 10}]"
CONTEST = """
title: %(title)s
timezone: Asia/Shanghai
stages:
  - name: 答题
    calendar: {opens: "%(opens)s", closes: "%(closes)s"%(calendar)s}
    paper: {sections: %(sections)s, shuffle: []}
    clock: {%(clock)s}
    flow: {%(flow)sshow: {after_answer: %(after_answer)s, after_attempt: %(after_attempt)s}}
    person: {within_period: best%(person)s}
    order: [total, time]
    boards: [{name: 个人, of: people}]
"""


class Quiet(WSGIRequestHandler):
    """Serves without a line for every request."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


class Site:
    """The application, its address, and what a test does to the server."""

    def __init__(self, platform: Platform, application: object) -> None:
        self.platform, self.application = platform, application
        self.server: BaseWSGIServer | None = None
        self.port = 0
        self.up()

    @property
    def url(self) -> str:
        """The address of the home page, without the slash."""
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Serve, again on the same port after `down`."""
        self.server = make_server(
            "127.0.0.1", self.port, self.application, threaded=True, request_handler=Quiet
        )
        self.server.daemon_threads = True
        self.port = self.server.port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self) -> None:
        """Stop serving: connections are refused."""
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()

    def publish(self, title: str, opens_in_s: int = -60, **said: object) -> int:
        """Publish a contest that opens so many seconds from now and return its id."""
        now = datetime.now(SHANGHAI)
        opens = now + timedelta(seconds=opens_in_s)
        values = {
            "count": 5,
            "clock": "per_attempt_s: 600",
            "flow": "",
            "after_answer": "nothing",
            "after_attempt": "explanation",
            "sections": QUESTIONS,
            "calendar": "",
            "person": "",
            **said,
        }
        values["sections"] = str(values["sections"]) % values
        text = CONTEST % {
            **values,
            "title": title,
            "opens": f"{opens:%Y-%m-%d %H:%M:%S}",
            "closes": f"{now + timedelta(days=2):%Y-%m-%d %H:%M:%S}",
        }
        actor = Actor(None, self.platform.clock.now_ms())
        contest_id = contests.create(self.platform, text, "contest", actor)
        contests.publish(self.platform, contest_id, actor)
        return contest_id

    def saved(self, attempt_id: int) -> dict[int, int]:
        """Return what the server holds of an attempt: question → how many options are chosen."""
        person_id = self.person_of(attempt_id)
        sheet = play.sheet_of(self.platform, attempt_id, person_id, self.platform.clock.now_ms())
        return {n: len(given.response) for n, given in sheet.saved.items()}

    def responses(self, attempt_id: int) -> dict[int, tuple[str, ...]]:
        """Return the option ids that the server holds of an attempt, by question."""
        person_id = self.person_of(attempt_id)
        sheet = play.sheet_of(self.platform, attempt_id, person_id, self.platform.clock.now_ms())
        return {n: given.response for n, given in sheet.saved.items()}

    def right_options(self, attempt_id: int, n: int) -> tuple[str, ...]:
        """Return the option ids of the right answer to a question of an attempt."""
        return response(self.platform, attempt_id, n)

    def later(self, attempt_id: int, seconds: int, page: Page | None = None) -> None:
        """Let time pass for an attempt, as if it had begun earlier, and on a page whose clock is installed.

        A short time in the rules would be over on a slow machine before a test has done what comes first.
        """
        by_ms = seconds * 1000
        with self.platform.store.writing() as session:
            for table, key, moments in AGEING:
                values = {moment: moment - by_ms for moment in moments}
                session.execute(update(table).where(key == attempt_id).values(values))
        if page is not None:
            page.clock.fast_forward(by_ms)

    def is_finished(self, attempt_id: int) -> bool:
        """Return whether an attempt is closed."""
        return play.outcome_of(self.platform, attempt_id, self.person_of(attempt_id)) is not None

    def person_of(self, attempt_id: int) -> int:
        """Return whose attempt it is."""
        with self.platform.store.reading() as session:
            found = session.scalar(select(Attempt.person_id).where(Attempt.id == attempt_id))
        assert found is not None
        return found


def wait_until(is_so: object, within_s: float = 60) -> None:
    """Return once `is_so()` holds; fails when it does not in time."""
    ends = time.monotonic() + within_s
    while not is_so():  # type: ignore[operator]  # a callable
        assert time.monotonic() < ends, "it did not come to that in time"
        time.sleep(0.05)


@contextmanager
def running_site(valkey: str, folder: Path) -> Iterator[Site]:
    """Run the site with the starter content."""
    app = create_app(Settings(folder, f"sqlite:///{folder / 'quiz.sqlite3'}", valkey, SECRET))
    platform: Platform = app.extensions["quiz"]
    with app.app_context():
        upgrade(app, platform.store, folder)
        starter.load(platform, Actor(None, platform.clock.now_ms()))
    assert platform.live is not None
    servers.patient(platform.live.script.client)
    start_sweeps(app)()
    site = Site(platform, app)
    yield site
    site.down()
    platform.store.engine.dispose()
