"""The rules pages of the real contests: sentences that a page must say, and some that it must not."""

from __future__ import annotations

import pytest

from quiz.rules.saying import filled_in
from quiz.rules.words import passages
from tests.rules.test_words import CONTESTS, page, read

# Contest → what its page must say
MUST: dict[str, tuple[str, ...]] = {
    "r03": ("“决赛外卡”每个区县只能得一次，已经得到的不再占名额，后面的依次递补。",),
    "r06": (
        "“一等奖”：“个人榜”的前 5 名。",
        "“二等奖”：“个人榜”的第 6 至 14 位（从上往下数）。",
        "每次机会都中奖，从剩下的奖品里随机取一份",
    ),
    "r09": ("“周奖红包”：每周“周榜”的前 100 名。", "“乡镇街道榜”排乡镇（街道），"),
    "r10": ("“各省周榜晋级”：每周“周榜”中每个省（区、市）的前 10 名（不算已经得到“全国周榜晋级”的）。",),
    "r07": ("参加者分为这些组别：青少年、农民、城镇劳动者、领导干部和公务员；开始前要选定一个。",),
    "r18": ("参加者分为这些组别：小学低年级、小学高年级、初中、高中；以名册所写的为准。",),
    "r11": ("先要通过练习才能正式答题：练习中一次答对 18 题及以上就算通过。",),
    "r12": ("只有得到“进入初赛”的人可以参加本阶段。", "人人都可以参加；另有条件的阶段会写明。"),
    "r15": ("“单位人均榜”按应参加人均分排参赛单位，高的在前。",),
    "r16": ("2 人对战：对手同时答同样的题，每题的得分只用来分胜负。", "胜计 3 分，平计 0 分，负计 0 分。"),
    "r17": ("参与率是 80.0，达到 60 分的比率是 75.0，达到 80 分的比率是 50.0，",),
    "r21": ("应参加人数按 2022年2月1日（含）以前最近一次上报的数字。",),
    "r22": (
        "只有得到“晋级总决赛”的人可以参加本阶段。",
        "每周结束后抽奖，用当周得到的机会。",
        "每周重新计分，不累计。",
    ),
    "r27": ("“每日百强”：每天“日榜”的前 100 名。",),
    "r31": ("“团队榜”按人均分（四舍五入，保留 2 位小数）排队伍，高的在前。", "：人均分是 60.00。"),
    "r33": ("“每日抽奖”的抽奖机会：一次答题每答对 5 题得一次机会，不足的部分不算。",),
    "r34": (
        "共 10 关，从第 1 关开始，通过一关才能进入下一关。",
        "一次得分达到 6 分就通过这一关。",
        "4 道题（主题：劳动法律）",
    ),
    "r35": ("“集卡大奖”的抽奖机会：每集齐 5 张“安全卡”得一次机会。",),
    "r36": ("：参与率是 80.00。", "“省参与率榜”的参与率超过 100 的按 100 算。"),
    "r37": ("举例：第 3 题答错，其余都答对，得分是 3 分。",),
    "r38": (
        "通过各关的得分依次是：30 分、40 分、50 分、60 分、70 分、80 分、90 分、100 分。",
        "没有通过这一关的一次，计 0 分。",
        "没有通过的关可以再闯；已经通过的关不能再答。",
        "周一至周六全天开放。",
    ),
    "r39": (
        "每周重新计分，不累计。",
        "举例：一周里几次答题依次计 80 分、60 分、100 分，这一周的成绩是 100 分。",
    ),
    "r42": ("答完一遍以后，没有答对的题再次出现，直到全部答对；每题以最后一次的答案为准。",),
    "r44": ("每次答 100 道单选题。", "选好以后不能更换。"),
    "r45": (
        "7 至 12 岁（含 7 岁和 12 岁）的人可以参加。",
        "每一关只能答一次。",
        "除了“怎样进行”里写的，答题次数不限。",
        "看完一段科普视频一次加 10 分。",
    ),
    "r46": (
        "一次答题最多得到 3 颗“星”。",
        "“解锁挑战关”：连续 4 周，每周都有一次得分达到 1 分的人可以得到。",
        "打卡一次加 5 分。",
        "邀请好友一次加 50 分。\n· 邀请好友的加分每天最多 1 次。\n· 好友登记以后才算。",
        "主办方确认名单以后就可以参加；名单没有另行确认的，等决出名单的那个阶段（或那一期）结束以后参加。",
    ),
}


@pytest.mark.parametrize(("number", "sentences"), MUST.items(), ids=MUST)
def test_the_page_of_a_contest_says(number: str, sentences: tuple[str, ...]) -> None:
    assert [each for each in sentences if each not in page(number)] == []


# Contest → what its page must not say, because it is wrong there or says nothing
MUST_NOT: dict[str, tuple[str, ...]] = {
    "r11": ("就可以中奖几次",),
    "r21": ("更换 0 次", "2022-02-01"),
    "r31": ("75 = 75.00", "综合得分"),
    "r33": ("个人怎样排名",),
    "r35": ("安全卡、安全卡", "个人怎样排名"),
    "r40": ("每月的分加起来",),
    "r44": ("其中：100 道单选题", "当天时段结束"),
    "r46": ("都可以得到",),
}


@pytest.mark.parametrize(("number", "sentences"), MUST_NOT.items(), ids=MUST_NOT)
def test_the_page_of_a_contest_does_not_say(number: str, sentences: tuple[str, ...]) -> None:
    assert [each for each in sentences if each in page(number)] == []


def test_an_instant_draw_names_the_limit_of_wins_where_it_says_that_every_entry_wins() -> None:
    assert "每次机会都中奖" in page("r02")
    assert "也没有超过上面的中奖次数" in page("r02")
    assert "也没有超过上面的中奖次数" not in page("r32")


def test_what_is_added_over_the_stages_stands_before_what_holds_for_all() -> None:
    alone = [filled_in(p.heading) for p in passages(read(next(n for n in CONTESTS if n.startswith("r13"))))]

    assert alone.index("各阶段合计") < alone.index("每个阶段都适用") < alone.index("其他约定")


def test_what_was_agreed_for_all_stages_is_told_once_and_the_rest_with_its_stage() -> None:
    own = page("r10").split("==== 阶段：全国决赛 ====")[0].split("【其他约定】")[1]

    assert own.split() == [
        "·",
        "被取消资格的人，成绩也不计入所在的单位。",
        "·",
        "被取消资格的单位退出排名，列在榜后并说明原因，后面的名次依次递补。",
    ]
    assert page("r10").count("被取消资格的人退出排名，后面的名次依次递补。") == 1


def test_what_six_weeks_share_is_told_once() -> None:
    assert page("r38").count("共 8 关") == 1
    assert page("r38").count("连续答对有加成") == 1
    assert "==== 各阶段相同的规则：第一周、第二周、第三周、第四周、第五周、第六周 ====" in page("r38")
