"""What is stored about people, and why: the table from which the page /privacy is made.

`columns` names every column of the database that tells something about a person. A test holds it against the
schema: a column that is in no entry, and a table that is neither here nor in IMPERSONAL, fail the suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quiz.errors import N_

OWNER_ONLY = N_("只有您自己")
DESK = N_("您自己和组织者")
ON_BOARDS = N_("您自己、组织者；榜单上按每场比赛规则写明的方式显示")
NOBODY = N_("没有人：服务器只用来核对，读不出原文")
WITH_ACCOUNT = N_("到注销账号，或 %(accounts)s 天没有来过时")
WITH_NAMES = N_("到注销账号，或最后参加的比赛结束 %(names)s 天以后")
STAYS = N_("一直保留；注销以后只剩一个编号，查不出是谁")


@dataclass(frozen=True)
class Stored:
    """One thing that is stored, in plain words; `until` may name the days of privacy_settings.Privacy."""

    what: str
    why: str
    until: str
    who: str
    columns: Mapping[str, str]  # table → its columns, spaces between


STORED = (
    Stored(
        N_("昵称"),
        N_("榜单上用它称呼您，不用真实姓名"),
        WITH_ACCOUNT,
        N_("所有看榜单的人"),
        {"identity": "person_id nickname"},
    ),
    Stored(
        N_("姓名（只有学校或单位报名的人才有）"),
        N_("老师和组织者核对参加的人、发奖用"),
        WITH_NAMES,
        ON_BOARDS,
        {"identity": "name"},
    ),
    Stored(
        N_("参赛码、班级座号和口令"),
        N_("让您换一部手机也能回来；班级和座号是学生登录用的"),
        WITH_ACCOUNT,
        NOBODY,
        {"identity": "code_digest", "seat": "unit_id label person_id digest"},
    ),
    Stored(
        N_("手机号、邮箱、微信或其他平台的账号（您自己加上的才有）"),
        N_("只用来登录，加密存放，显示成 138****1234 的样子，不打电话，不发广告"),
        WITH_ACCOUNT,
        OWNER_ONLY,
        {
            "subject": "way key person_id sealed since_ms",
            "one_time_code": "digest way key sealed code_digest created_ms expires_ms tries used_ms",
        },
    ),
    Stored(
        N_("从何时起不再只有昵称（登记了手机号等，或在名册中）"),
        N_("有的比赛里，只有昵称的人的成绩不为单位计分"),
        STAYS,
        DESK,
        {"person": "known_ms"},
    ),
    Stored(
        N_("在哪些设备上登录过（只记大致类型，如“苹果手机，微信里”）和时间"),
        N_("让您看到有没有别人用您的账号，并能让它退出"),
        N_("退出登录或过期 30 天以后"),
        OWNER_ONLY,
        {"sign_in": "digest person_id created_ms expires_ms revoked_ms told"},
    ),
    Stored(
        N_("所在街道、社区、学校、班级，以及从何时起"),
        N_("成绩为它们加分；换过单位时，分数按规则算在哪一个"),
        STAYS,
        ON_BOARDS,
        {"membership": "person_id tree number unit_id since_ms because"},
    ),
    Stored(
        N_("组别（如社区居民、学生）"),
        N_("有的比赛按组别排名"),
        STAYS,
        DESK,
        {"about": "person_id on_roster groups"},
    ),
    Stored(
        N_("出生年份、年级、加时"),
        N_("只在比赛规则限制年龄或年级、或者您需要延长时间时才问；不公开"),
        WITH_NAMES,
        DESK,
        {"about": "born grade extra"},
    ),
    Stored(
        N_("监护人是否同意（不满 14 周岁的学生）：哪一位、怎样表示的、哪一天"),
        N_("法律要求不满 14 周岁的人参加要有监护人同意"),
        N_("结论一直保留，作为依据；是哪一位监护人到注销账号时删除"),
        DESK,
        {"about": "consent", "consent": "id person_id given guardian how said_on at_ms actor_id"},
    ),
    Stored(
        N_("每次答题：题目、您的答案、收到的时间、得分"),
        N_("算成绩和名次，让每个名次都能复核"),
        STAYS,
        DESK,
        {
            "person": "id role epoch created_ms joined_into",
            "attempt": "id contest_id rules_id stage person_id number scene start_key seed paper started_ms "
            "deadline_ms grace_ms looks_back extra practice finished_ms",
            "receipt": "id attempt_id device received_ms answers late opens opened_ms leavings",
            "result": "attempt_id closed_by score points correct of full time_ms sheet",
        },
    ),
    Stored(
        N_("没能开始的答题：哪一天、什么原因（同样的原因一天只记第一次）"),
        N_("让您和组织者查得到，为什么那一次没有计入"),
        STAYS,
        DESK,
        {"refused_start": "contest_id person_id stage day because scene at_ms"},
    ),
    Stored(
        N_("合并过的账号：哪个并入了哪个，在哪些比赛里仍按原账号计分；请组织者决定的合并和答复"),
        N_("合并以后成绩和名次不变，用哪种方式登录都能看到全部"),
        STAYS,
        DESK,
        {
            "joined": "id person_id contest_id as_person_id at_ms",
            "join_wish": "id person_id into_id asked_ms verdict because decided_ms actor_id",
        },
    ),
    Stored(
        N_("名次、签到等加分，以及对成绩的更正和理由"),
        N_("榜单就是由它们算出来的"),
        STAYS,
        ON_BOARDS,
        {
            "line": "contest_id stage period person_id version order_key totals stats units parts changed_ms",
            "day_end": "contest_id stage day places",
            "event": "id contest_id person_id at_ms kind key actor_id",
            "ledger": "id contest_id at_ms actor_id do because attempt_id person_id unit_id version_id key "
            "points token",
            "recount": "ledger_id stage person_id done_ms",
        },
    ),
    Stored(
        N_("获奖和抽奖"),
        N_("发奖，并让人能复核抽奖"),
        N_("记录一直保留；获奖人注销以后，姓名只给组织者留到比赛结束 %(names)s 天"),
        N_("所有人看到部分隐藏的姓名；组织者看到姓名"),
        {
            "drawn": "id contest_id draw occasion period entries digest wins is_last drawn_ms actor_id",
            "lot": "id contest_id draw number person_id code entry day period prize drawn_ms",
            "redraw": "id drawn_id after prize code entry to_code to_entry to_person_id because at_ms "
            "actor_id",
            "award_list": "id contest_id stage prize period digest confirmed_ms actor_id",
            "award_winner": "list_id number who place",
            "winner_name": "person_id name until_ms",
        },
    ),
    Stored(
        N_("一部手机限一个人的比赛里，手机的校验值"),
        N_("防止一部手机替很多人答题；校验值只在那一场比赛里有意义"),
        N_("到那场比赛结束 %(names)s 天以后"),
        NOBODY,
        {"phone_used": "contest_id phone person_id since_ms"},
    ),
    Stored(
        N_("练习过的题、每日一题、错题本"),
        N_("帮您复习，只为您自己，不计入任何比赛"),
        WITH_ACCOUNT,
        OWNER_ONLY,
        {
            "learned": "person_id question_id is_right right_days last_on due_on answered_ms",
            "daily_answer": "day person_id version_id response is_right answered_ms",
            "collected": "attempt_id",
        },
    ),
    Stored(
        N_("您对题目提出的疑问"),
        N_("让组织者改正题目，并答复您"),
        N_("疑问一直保留；您写的话到注销账号时删除"),
        DESK,
        {
            "doubt": "id question_id version_id person_id at_ms reason words verdict decided_ms reply",
        },
    ),
    Stored(
        N_("组织者在后台做了什么"),
        N_("每次更正、导出、删除都查得到是谁、什么时候、为什么"),
        STAYS,
        N_("组织者"),
        {
            "audit": "id at_ms actor_id action subject detail",
            "invitation": "digest name created_ms expires_ms used_ms person_id",
            "import": "actor_id",
            "kept_twin": "actor_id",
            "question_version": "author_id",
            "review": "actor_id",
            "rules": "actor_id",
            "work": "actor_id",
        },
    ),
)

IMPERSONAL = frozenset(  # tables that tell nothing about people, but for the columns above
    {
        "analysis",
        "bank_state",
        "class_code",
        "contest",
        "daily_question",
        "enrolment",
        "frozen_question",
        "import",
        "kept_twin",
        "medium",
        "question",
        "question_figures",
        "question_medium",
        "question_tag",
        "question_version",
        "question_wording",
        "review",
        "rules",
        "twin",
        "unit",
        "work",
    }
)


def unexplained(schema: Mapping[str, Mapping[str, bool]]) -> list[str]:
    """Return what no entry explains; `schema`: table → column → whether it names a person."""
    told = {
        f"{table}.{column}"
        for entry in STORED
        for table, columns in entry.columns.items()
        for column in columns.split()
    }
    return sorted(
        f"{table}.{column}"
        for table, columns in schema.items()
        for column, names_somebody in columns.items()
        if f"{table}.{column}" not in told and (names_somebody or table not in IMPERSONAL)
    )
