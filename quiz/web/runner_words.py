"""The sentences of the runner's script, in the reader's language; {name} is filled in on the phone."""

from __future__ import annotations

from flask_babel import gettext as _

from quiz.rules import course, redo
from quiz.rules.document import Stage


def runner_words(stage: Stage) -> dict[str, str]:
    """Return what the runner says in an attempt of a stage, by its own names."""
    found = {**_states(), **_buttons(), **_told(), **leaving_words(stage)}
    if course.is_final(stage) or redo.asks_again(stage):
        found |= _one_by_one()
    if course.is_in_turn(stage):
        found |= _in_turn()
    if redo.asks_again(stage):
        found |= _again()
    if stage.clock.at_least_ms is not None:
        found |= _too_early()
    return found


def _states() -> dict[str, str]:
    return {
        "net_none": _("选了就会自动保存"),
        "net_saved": _("答案都已保存"),
        "net_waiting": _("正在保存"),
        "net_offline": _("网络不通，{count} 题存在手机里，会自动重发"),
        "state_open": _("未答"),
        "state_saved": _("已保存"),
        "state_waiting": _("正在保存"),
        "state_offline": _("存在手机里，等网络恢复"),
        "state_refused": _("没有计入"),
        "card_label": _("第 {n} 题，{state}"),
        "comma": _("、"),
    }


def _buttons() -> dict[str, str]:
    return {
        "next": _("下一题"),
        "check": _("检查交卷"),
        "hand_in": _("交卷"),
        "hand_in_anyway": _("还有 {count} 题没答，仍然交卷"),
        "unanswered": _("还有 {count} 题没答：第 {list} 题。"),
        "all_answered": _("全部题目都答了，可以交卷。"),
    }


def _told() -> dict[str, str]:
    return {
        "left": _("还剩 {seconds} 秒"),
        "left_minutes": _("还剩 {minutes} 分钟"),
        "back": _("再按一次返回就会离开答题。答案都在，时间继续走，可以随时回来。"),
        "other_tab": _("另一个页面也打开了这份试卷。两边的答案都会保存，同一题以最后选的为准。"),
        "other_device": _("另一部设备也在答这份试卷。两边的答案都会保存，同一题以最后选的为准。"),
        "no_storage": _("这部手机不让网页存东西：请保持网络畅通，答题时不要关闭这一页。"),
        "refused": _("第 {n} 题的答案没有计入。"),
        "refused_too_late": _("第 {n} 题的答案送到时时间已过，不能算答对。"),
        "handing_in": _("正在交卷，请稍候。"),
        "handing_in_offline": _("网络不通，正在反复尝试交卷，请不要关闭这一页。已保存的答案不会丢。"),
    }


def _one_by_one() -> dict[str, str]:
    return {
        "net_none": _("每题提交以后保存"),
        "state_unsent": _("已选，还没有提交"),
        "send": _("提交本题"),
        "choose_first": _("请先选一个答案。"),
        "right": _("✓ 答对了"),
        "wrong": _("✗ 答错了"),
        "key": _("✓ 正确答案"),
        "mine": _("✗ 我选的"),
        "refused_answered": _("第 {n} 题已经答过，以第一次的答案为准。"),
        "other_tab": _("另一个页面也打开了这份试卷。两边的答案都会保存，同一题以先提交的为准。"),
        "other_device": _("另一部设备也在答这份试卷。两边的答案都会保存，同一题以先提交的为准。"),
    }


def _again() -> dict[str, str]:
    return {
        "unanswered_wrong": _("还有 {count} 题没有答对：第 {list} 题。"),
        "hand_in_anyway_wrong": _("还有 {count} 题没有答对，仍然交卷"),
        "again": _("还有 {count} 题没有答对，请再答一次。"),
        "refused_already_right": _("第 {n} 题在别处已经答对，不用再答。"),
    }


def _in_turn() -> dict[str, str]:
    return {
        "send_next": _("提交，下一题"),
        "send_last": _("提交并交卷"),
        "whole": _("全卷 {time}"),
        "question_left": _("本题还剩 {seconds} 秒"),
        "question_left_minutes": _("本题还剩 {minutes} 分钟"),
        "question": _("第 {n} 题"),
        "kind_single": _("单选"),
        "kind_multiple": _("多选"),
        "kind_indefinite": _("不定项"),
        "kind_true_false": _("判断"),
        "kind_fill": _("填空"),
        "kind_order": _("排序"),
        "kind_match": _("连线"),
        "select": _("请选择"),
        "material": _("材料"),
        "materials": _("材料 第 {first} 至 {last} 题"),
        "refused_question_closed": _("第 {n} 题已经过了时间，没有计入。"),
        "skip": _("还没有选答案。再按一次就跳过这一题，不能再回来。"),
        "skip_ends": _("还没有选答案。再按一次就按没答处理，这次答题到此结束。"),
        "before": _("上一题：{verdict}。"),
        "before_key": _("正确答案是“{key}”。"),
    }


def _too_early() -> dict[str, str]:
    return {
        "too_early": _("还要过 {time} 才能交卷。答案都会保存，请再检查一遍。"),
        "waits": _("题目都答完了，还要过 {time} 才能交卷：到时自动交卷，请不要关闭这一页。"),
    }


def leaving_words(stage: Stage) -> dict[str, str]:
    """Return what the runner says of leaving the page, nothing where the rules do not look at it."""
    match stage.clock.leaving:
        case "strike":
            return {
                "stay": _("请不要离开这一页：切换应用、锁屏、接电话都算离开，第 {most} 次离开会自动交卷。"),
                "left_page": _("您离开了页面，这是第 {count} 次。第 {most} 次离开会自动交卷。"),
            }
        case "end":
            return {"stay": _("请不要离开这一页：切换应用、锁屏、接电话都算离开，一离开就自动交卷。")}
        case "zero":
            return {
                "stay": _("请不要离开这一页：切换应用、锁屏、接电话都算离开，一离开这次答题就按 0 分计。")
            }
    return {}


def stay_words(stage: Stage) -> str:
    """Return what is said before the start of leaving the page, "" where the rules do not look at it."""
    return leaving_words(stage).get("stay", "").replace("{most}", str(course.most_leavings(stage)))
