"""A site on which everything has happened once, and the addresses of all its pages, route by route."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

from quiz.services import accounts, boards, play, seats, senders, subjects
from quiz.services.accounts import NewPerson, UnitRow
from quiz.services.platform import Actor
from quiz.services.published import in_force
from quiz.services.subjects import Proven
from tests.browser.crowd import take_part
from tests.browser.phone import Phone
from tests.browser.site import Site
from tests.support import contests as cast
from tests.support import kinds
from tests.support.clock import ms
from tests.support.desk import Visitor, organizer

ROUTES = Path(__file__).parents[1] / "routes.txt"
NO_PAGES = (  # what a route of GET answers that is no page: files, the interface, parts of pages, redirects
    r"/api/|/static/|/media/|/healthz|/readyz|/units$|/sign-in/<any\(wechat, oidc\)",
    r"|/practice/next$|.*\.(csv|xlsx|yaml|zip|png|txt|xml)$|.*\.<any\(|.*/file$|.*/quick$|.*/faulty\.xlsx$",
)
ROSTER = "姓名,学校,座号\n王小明,一年级1班,7\n古丽米热·阿卜杜热合曼,一年级1班,\n校外人,,\n"
FILE = (
    "题型,题干,选项A,选项B,选项C,答案,难度,解析\n单选,水在几度结冰？,0 ℃,10 ℃,100 ℃,A,易,标准大气压下\n"
    "单选,没有答案的题？,是,否,,,中,\n单选,水在几度结冰？,0 ℃,10 ℃,100 ℃,A,易,\n"
)
SESSION = "quiz"  # the name of its cookie
PAST = "2026-03-02 09:00"
PRIZES = cast.rules().replace(
    "    boards:\n",
    """    events: {sign_in: {points: 1, cap: {per_day: 1}}, lecture: {points: 2}}
    draws: [{name: 幸运奖, entries: [{for: attempt}], prizes: [{name: 保温杯, stock: 1}]}]
    awards: [{name: 一等奖, board: 个人, top: 1}]
    integrity: {notice_days: 3}
    boards:
""",
)
LONG_NAME = "古丽米热·阿卜杜热合曼·巴哈提"  # as long as a nickname may be, and it does happen
HIDDEN = re.compile(r'<input type="hidden" name="(?!csrf_token)([^"]+)" value="([^"]*)"')


def page_routes(routes: str = ROUTES.read_text("utf-8")) -> list[str]:
    """Return the routes that answer a reader with a page."""
    paths = re.findall(r"^GET\S* +(.+)  \w+$", routes, re.MULTILINE)
    no_page = re.compile("".join(NO_PAGES))
    return [path for path in paths if not no_page.match(path)]


class Everything:
    """What has happened: `participants` and `desk` are the addresses of pages by route, `answers` pages that
    answer a form, by name. Two people look: one who took part, and an organizer."""

    def __init__(self, phone: Phone) -> None:
        self.phone, self.site = phone, phone.site
        self.platform = self.site.platform
        self.now_ms = self.platform.clock.now_ms()
        self.organizer = organizer(self.site.application, self.platform)  # type: ignore[arg-type]  # a Flask
        self.answers: dict[str, str] = {}
        self._past_contest()
        self.strangers = self._signing_in()
        take_part(self.platform, 1, 30)
        self.participants = self._participant()
        self.desk = {**self._bank(), **self._people(), **self._contests(), **self._ledger()}

    def _past_contest(self) -> None:
        """A contest that is over, with a prize draw to hold, and a question of every kind in the bank."""
        past = ms(PAST)
        self.kinds = kinds.publish(self.platform, past)
        cast.fill_bank(self.platform, self.platform.clock.now_ms())
        cast.add_units(self.platform, past)
        self.prizes = cast.publish(self.platform, PRIZES, past)
        for name, right in ((LONG_NAME, 3), ("乙小红", 2)):
            self.winner = cast.join(self.platform, name, past)
            attempt = cast.begin(self.platform, self.prizes, self.winner, past)
            given = [cast.answer(self.platform, attempt, n) for n in range(1, right + 1)]
            play.finish(self.platform, cast.batch(self.platform, attempt, past + 60_000, *given))
        attempt = cast.begin(self.platform, self.kinds, self.winner, past)
        sent = kinds.answers(self.platform, attempt, (*kinds.RIGHT[:1], ("氢", "养气"), *kinds.RIGHT[2:]))
        play.finish(self.platform, cast.batch(self.platform, attempt, past + 1000, *sent))
        boards.catch_up_all(self.platform, self.now_ms, full=True)

    def _signing_in(self) -> dict[str, list[str]]:
        """What somebody sees who is not signed in; codes go to phones, that is into a file."""
        visitor, before = Visitor(self.site.application), self.platform.sign_in  # type: ignore[arg-type]  # a Flask
        by_code = {"phone": "file", "email": "file"}
        self.platform.sign_in = replace(before, ways=(*before.ways, *by_code), senders=by_code)
        visitor.open("/sign-in")
        self.answers["/sign-in with a phone"] = _html(visitor)
        visitor.send("/sign-in/phone", phone="138 0013 8000", next="/me")
        self.answers["/sign-in/<any(phone, email):name>/code"] = _html(visitor)
        sent = (self.platform.data / senders.OUTBOX).read_text("utf-8").splitlines()[-1]
        visitor.send("/sign-in/phone/code", typed_code=json.loads(sent)["code"])
        self.answers["/sign-in/welcome"] = _html(visitor)
        visitor.send("/sign-in/welcome", nickname="大坪老李", next="/me")
        visitor.open("/me/ways/email")
        self.answers["/me/ways/<name>"] = _html(visitor)
        self._joining()
        self.platform.sign_in = before
        return {
            "/sign-in": ["/sign-in?next=/me", "/sign-in?class_code=ABCD"],
            "/card/<code>": ["/card/ABCDE-FGHJK"],
            "/card": ["/card"],  # of the card before
            "/account-deleted": ["/account-deleted"],
        }

    def _joining(self) -> None:
        """A guest who proves the address of somebody who took part in the same contest."""
        proven, past = Proven("email", "somebody@example.org"), ms(PAST)
        subjects.attach(self.platform, self.winner, proven, self.now_ms)
        (code,) = accounts.add_people(self.platform, [NewPerson("飞鱼")], Actor(None, past))
        guest = accounts.person_with_code(self.platform, code, past)
        attempt = cast.begin(self.platform, self.prizes, guest, past)
        play.finish(self.platform, cast.batch(self.platform, attempt, past + 60_000))
        visitor = Visitor(self.site.application)  # type: ignore[arg-type]  # a Flask
        visitor.open("/sign-in")
        visitor.send("/sign-in/code", code=code, next="/me")
        visitor.open("/me/ways/email")
        visitor.send("/sign-in/email", email=proven.text, next="/me", attach="yes")
        sent = (self.platform.data / senders.OUTBOX).read_text("utf-8").splitlines()[-1]
        visitor.send("/sign-in/email/code", typed_code=json.loads(sent)["code"])
        assert visitor.address == "/me/join", visitor.address
        self.answers["/me/join"] = _html(visitor)
        visitor.send("/me/join/ask")

    def _participant(self) -> dict[str, list[str]]:
        phone, site = self.phone, self.site
        phone.go("/sign-in?next=/me/code")
        phone.page.get_by_label("昵称").fill(LONG_NAME)
        phone.page.get_by_role("button", name="开始参加").click()
        self.answers["the code, once"] = phone.page.content()
        phone.press("记下了，继续")
        coming = site.publish("即将开始的比赛", opens_in_s=3000)
        sections = (
            "[{count: 1, kinds: [indefinite]}, {count: 2, kinds: [fill]}, "
            "{count: 1, kinds: [order]}, {count: 1, kinds: [match]}]"
        )
        levels = site.publish(
            "闯关赛",
            count=2,
            flow="levels: {pass: [10, 20]}, ",
            calendar=", period: level",
            person=", across_periods: sum",
        )
        done = phone.start_again(1)
        phone.choose(0)
        phone.expect_saved()
        phone.hand_in()
        phone.start_again(2)
        phone.choose(0)
        phone.press("提交本题")
        phone.page.locator(".feedback:visible").wait_for()
        practice = phone.page.url.removeprefix(site.url)
        open_one = phone.start_again(site.publish("各种题", sections=sections))
        in_turn = phone.start_again(site.publish("逐题限时", clock="per_question_s: 900"))
        return {
            "/": ["/"],
            "/contests/<int:contest_id>": [f"/contests/{n}" for n in (1, 2, coming, levels, self.prizes)],
            "/attempts/<int:attempt_id>": [f"/attempts/{open_one}", practice, f"/attempts/{in_turn}"],
            "/attempts/<int:attempt_id>/result": [f"/attempts/{done}/result"],
            "/contests/<int:contest_id>/boards/<board_id>": [
                "/contests/1/boards/0-0",
                "/contests/1/boards/0-2",
                "/contests/1/boards/0-0?q=没有这个人",
                f"/contests/{coming}/boards/0-0",
                f"/contests/{self.prizes}/boards/0-0",
            ],
            "/contests/<int:contest_id>/boards/<board_id>/why": ["/contests/1/boards/0-0/why"],
            "/contests/<int:contest_id>/prizes": [f"/contests/{self.prizes}/prizes"],
            "/contests/<int:contest_id>/boards/<board_id>/hall": ["/contests/1/boards/0-0/hall"],
            "/contests/<int:contest_id>/boards/<board_id>/poster": ["/contests/1/boards/0-0/poster"],
            "/past": ["/past"],
            "/past/<int:contest_id>": [f"/past/{self.prizes}"],
            "/privacy": ["/privacy"],
            "/under-14": ["/under-14"],
            "/me": ["/me"],
            "/me/about/<int:contest_id>": ["/me/about/1"],
            "/me/code": ["/me/code"],
            "/me/data": ["/me/data"],
            "/me/delete": ["/me/delete"],
            "/me/devices": ["/me/devices"],
            "/me/units": ["/me/units"],
            "/me/attempts": ["/me/attempts"],
            **self._learning(done),
            "nothing there": ["/nothing"],
            "not allowed": ["/desk/"],
        }

    def _learning(self, done: int) -> dict[str, list[str]]:
        """What was practised by who takes part; `done`: a finished attempt of theirs."""
        phone = self.phone
        phone.go("/practice/next")
        question = phone.page.url.removeprefix(self.site.url)
        phone.press("不会，看答案")
        phone.page.locator(".explained").wait_for()
        self.answers["what was practised, explained"] = phone.page.content()
        number = re.findall(r"\d+", question)[0]
        phone.go(f"/doubts/questions/{number}")
        phone.page.locator("input[type=radio]").first.check()
        phone.press("交给编辑")
        return {
            "/daily": ["/daily"],
            "/practice": ["/practice"],
            "/practice/questions/<int:question_id>": [question],
            "/mistakes": ["/mistakes"],
            "/doubts/questions/<int:question_id>": [f"/doubts/questions/{number}"],
            "/doubts/attempts/<int:attempt_id>/<int:n>": [f"/doubts/attempts/{done}/1"],
            "/me/doubts": ["/me/doubts"],
        }

    def _bank(self) -> dict[str, list[str]]:
        me = self.organizer
        me.open("/desk/bank/import")
        me.send("/desk/bank/import", file=(FILE.encode(), "题目.csv"))
        taken = me.address
        me.send(taken, rows="good", review="review")
        imported = me.address
        me.open("/desk/bank/import")
        me.send(
            "/desk/bank/import", file=((FILE + "判断,月球绕地球转。,,,,对,易,\n").encode(), "再来一次.csv")
        )
        staged = me.address
        me.open("/desk/bank/duplicates/")
        me.send("/desk/bank/duplicates/")
        me.open("/desk/bank/quality/")
        me.send("/desk/bank/quality/")
        chosen = []
        for to_do in ("tag", "retire"):
            me.open("/desk/bank/?kind=fill")
            me.send("/desk/bank/chosen/", do=to_do, scope="all", kind="fill")
            chosen.append(me.address)
        me.open("/desk/bank/")
        me.send("/desk/bank/chosen/", do="export", scope="all", kind="fill", format="qti")
        version = next(iter(in_force(self.platform, self.kinds).questions))
        address = f"/desk/bank/questions/{version}"
        me.open(f"{address}/edit")
        me.send(f"{address}/edit", 400, **{"cell:题干": "", "cell:答案": "Z"})
        self._keep("a question that cannot be saved")
        return {
            "/desk/": ["/desk/"],
            "/desk/bank/": ["/desk/bank/", "/desk/bank/?q=没有这样的题", "/desk/bank/?kind=single&page=2"],
            "/desk/bank/chosen/<token>": chosen,
            "/desk/bank/chosen/exports/<token>": [me.address],
            "/desk/bank/doubts/": ["/desk/bank/doubts/"],
            "/desk/bank/duplicates/": ["/desk/bank/duplicates/"],
            "/desk/bank/import": ["/desk/bank/import"],
            "/desk/bank/import/<token>": [staged, taken],
            "/desk/bank/import/<token>/confirm": [f"{staged}/confirm"],
            "/desk/bank/import/<token>/doubles": [f"{staged}/doubles"],
            "/desk/bank/import/<token>/rows": [f"{staged}/rows"],
            "/desk/bank/imports": ["/desk/bank/imports"],
            "/desk/bank/imports/<int:import_id>": [imported],
            "/desk/bank/quality/": ["/desk/bank/quality/"],
            "/desk/bank/questions/<int:version_id>": [address],
            "/desk/bank/questions/<int:version_id>/edit": [f"{address}/edit"],
            "/desk/bank/questions/<int:version_id>/history": [f"{address}/history"],
            "/desk/bank/questions/<int:version_id>/media": [f"{address}/media"],
            "/desk/bank/review": ["/desk/bank/review"],
        }

    def _people(self) -> dict[str, list[str]]:
        me, actor = self.organizer, Actor(None, self.now_ms)
        rows = [UnitRow("W", "人民小学", "school", ""), UnitRow("W11", "一年级1班", seats.LEVEL, "W")]
        accounts.load_units(self.platform, seats.TREE, rows, actor)
        me.open("/desk/people")
        me.send("/desk/people", file=(ROSTER.encode(), "名单.csv"))
        roster = me.address
        me.send(roster, consented="yes", how="paper", said_on="2026-03-01")
        self._keep("a roster that is added")
        me.send(f"{roster}/cards")
        self._keep("cards to print")
        me.open("/desk/people")
        me.send("/desk/people", file=("姓名,街道\n没有街道的人,天街\n".encode(), "名单.csv"))
        wrong = me.address
        me.open("/desk/")
        me.send("/desk/invite", name="李老师")
        self._keep("somebody is invited")
        code = accounts.invite_organizer(self.platform, "孙老师", actor)
        person = self.site.person_of(1)
        return {
            "/desk/audit": ["/desk/audit"],
            "/desk/invitation/<code>": [f"/desk/invitation/{code}"],
            "/desk/people": ["/desk/people", "/desk/people?q=李"],
            "/desk/people/joining": ["/desk/people/joining"],
            "/desk/people/<int:person_id>": [f"/desk/people/{person}"],
            "/desk/people/roster/<token>": [roster, wrong],
            "/desk/units": ["/desk/units"],
        }

    def _contests(self) -> dict[str, list[str]]:
        me, prizes = self.organizer, f"/desk/contests/{self.prizes}"
        draw = f"{prizes}/draws/0"
        me.open(draw)
        me.send(draw, **self._hidden())
        me.open(f"{prizes}/events")
        events = f"编号,时间,活动\n{self.winner},2026-03-03 10:00,lecture\n".encode()
        me.send(f"{prizes}/events", file=(events, "活动.csv"))
        event_file = me.address
        me.open("/desk/contests/1/boards/0-0")
        me.send("/desk/contests/1/boards/0-0.xlsx")
        exported = me.address
        me.open("/desk/contests/new")
        me.send("/desk/contests/new", **self._first_template())
        draft = me.address
        return {
            "/desk/contests/": ["/desk/contests/"],
            "/desk/contests/<int:contest_id>": ["/desk/contests/1", draft],
            "/desk/contests/<int:contest_id>/awards/<award_id>": [self._link(prizes + "/prizes", "/awards/")],
            "/desk/contests/<int:contest_id>/boards/": ["/desk/contests/1/boards/"],
            "/desk/contests/<int:contest_id>/boards/<board_id>": [
                "/desk/contests/1/boards/0-0",
                "/desk/contests/1/boards/0-2",
            ],
            "/desk/contests/<int:contest_id>/draws/<int:draw>": [draw],
            "/desk/contests/<int:contest_id>/events": [f"{prizes}/events"],
            "/desk/contests/<int:contest_id>/events/<token>": [event_file],
            "/desk/contests/<int:contest_id>/prizes": [f"{prizes}/prizes"],
            "/desk/contests/<int:contest_id>/publish": [f"{draft}/publish"],
            "/desk/contests/<int:contest_id>/watch": ["/desk/contests/1/watch"],
            "/desk/contests/exports/<token>": [exported],
            "/desk/contests/new": ["/desk/contests/new"],
        }

    def _ledger(self) -> dict[str, list[str]]:
        me, ledger = self.organizer, f"/desk/contests/{self.prizes}/ledger"
        person = f"{ledger}/person/{self.winner}"
        me.open(person)
        me.send(person, do="disqualify", because="经核查，替人答题")
        self._keep("what a correction changes")
        me.send(f"{person}/book", **self._hidden())
        written = self._link(f"/desk/contests/{self.kinds}/ledger/", "/written/", none="")
        fill = next(
            v for v, q in in_force(self.platform, self.kinds).questions.items() if q.stem.startswith("水")
        )
        of_question = f"/desk/contests/{self.kinds}/ledger/question/{fill}"
        route = "/desk/contests/<int:contest_id>/ledger/"
        return {
            route: [f"{ledger}/"],
            f"{route}<any(attempt, person, unit, question):of>/<int:target>": [person, of_question],
            f"{route}new": [f"{ledger}/new", f"{ledger}/new?of=person&q=小"],
            f"{route}people/<int:person_id>": [f"{ledger}/people/{self.winner}"],
            f"{route}question/<int:version_id>/written/": [written or f"{of_question}/written/"],
        }

    def _keep(self, name: str) -> None:
        """Keep the page that the last form of the organizer was answered with."""
        self.answers[name] = _html(self.organizer)

    def _hidden(self) -> dict[str, str]:
        return {name: html.unescape(value) for name, value in HIDDEN.findall(_html(self.organizer))}

    def _first_template(self) -> dict[str, str]:
        found = re.search(r'name="start"[^>]*value="([^"]+)"', _html(self.organizer))
        assert found
        return {"start": found[1]}

    def _link(self, page: str, part: str, none: str | None = None) -> str:
        self.organizer.open(page)
        found = re.search(rf'href="([^"]*{part}[^".]*)"', _html(self.organizer))
        if found is None and none is not None:
            return none
        assert found, (page, part)
        return html.unescape(found[1])


def _html(visitor: Visitor) -> str:
    assert visitor.page is not None
    return visitor.page.get_data(as_text=True)


def visitor_cookie(visitor: Visitor, site: Site) -> dict[str, str]:
    """Return the session of a browser without script for a real one."""
    found = visitor.client.get_cookie(SESSION)
    assert found
    return {"name": SESSION, "value": found.value, "url": site.url}
