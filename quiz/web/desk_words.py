"""What the desk calls things: actions, trees and levels of units, kinds and difficulties of questions."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from question_bank.formats.headers import heading
from question_bank.question import LETTERS
from quiz.rules.document import Board
from quiz.rules.kept import GROUP
from quiz.web.doubt_words import verdict_words
from quiz.web.language import SOURCE, language


def action_words() -> Mapping[str, str]:
    """Return what the audit log calls each action."""
    return {
        "organizer.invite": _("邀请组织者"),
        "organizer.accept": _("组织者首次登录"),
        "people.refused": _("监护人不同意，没有添加"),
        "people.retain": _("删除到期的内容"),
        "people.consent": _("登记监护人的意见"),
        "people.erase": _("注销账号"),
        "people.add": _("添加人员名单"),
        "people.codes": _("下载参赛码"),
        "people.card": _("补发参赛卡"),
        "people.sign_out": _("让某人退出所有设备"),
        "people.unit": _("更正所属单位"),
        "people.about": _("更正个人情况"),
        "units.load": _("导入单位"),
        "units.enrolment": _("登记单位人数"),
        "bank.import": _("导入题目"),
        "bank.undo": _("撤销导入"),
        "bank.edit": _("修改题目"),
        "bank.export": _("导出题库"),
        "bank.tag": _("加标签"),
        "bank.untag": _("去掉标签"),
        "bank.retire": _("停用题目"),
        "bank.keep_twins": _("保留相似的两题"),
        "bank.submitted": _("送审题目"),
        "bank.approved": _("通过审题"),
        "bank.returned": _("退回题目"),
        "bank.vouched": _("自己启用题目"),
        "bank.revive": _("恢复题目"),
        "bank.seal": _("密封题目"),
        "bank.release": _("解除密封"),
        "bank.stats": _("分析作答记录"),
        "bank.doubt": _("回复有疑问的题目"),
        "contest.create": _("新建比赛"),
        "contest.save": _("保存规则草稿"),
        "contest.publish": _("发布比赛"),
        "board.export": _("导出榜单"),
        "ledger.void": _("更正：作废"),
        "ledger.restore": _("更正：恢复"),
        "ledger.adjust": _("更正：加减分"),
        "ledger.zero": _("更正：记零分"),
        "ledger.disqualify": _("更正：取消资格"),
        "ledger.remark": _("更正：改判"),
        "draw.hold": _("开奖"),
        "draw.end": _("结束抽奖"),
        "draw.pass_on": _("奖品递补"),
        "award.confirm": _("确认获奖名单"),
        "events.import": _("导入活动"),
        "people.join": _("合并账号"),
        "people.join_declined": _("不合并账号"),
    }


def detail_words() -> Mapping[str, str]:
    """Return what the details of an audit row are called; any other goes by its own name."""
    return {
        "import": _("导入"),
        "contest": _("比赛"),
        "version": _("版本"),
        "board": _("榜"),
        "draw": _("抽奖"),
        "award": _("奖项"),
        "rows": _("行数"),
        "period": _("时段"),
        "view": _("哪一种排名"),
        "attempt": _("答题"),
        "person": _("人员"),
        "unit": _("单位"),
        "question": _("题目"),
        "because": _("理由"),
        "points": _("分值"),
        "key": _("正确答案"),
        "since": _("从何时起"),
        "groups": _("组别"),
        "born": _("出生日期"),
        "grade": _("年级"),
        "extra": _("加时"),
        "questions": _("题目"),
        "before": _("上一版"),
        "state": _("状态"),
        "review": _("状态"),
        "comment": _("意见"),
        "by": _("由谁"),
        "consent": _("监护人同意"),
        "sign_ins": _("登录"),
        "codes": _("验证码"),
        "invitations": _("邀请"),
        "phones": _("手机校验值"),
        "winner_names": _("获奖人姓名"),
        "files": _("名单文件"),
        "facts": _("年龄和年级"),
        "accounts": _("账号"),
        "verdict": _("结论"),
        "contests": _("比赛"),
    }


def detail_values() -> Mapping[str, Mapping[str, str]]:
    """Return how details are told whose values are names: detail → value → words."""
    return {
        "state": state_words(),
        "review": {**state_words(), "vouched": _("声明已由他人审过")},
        "by": {"owner": _("本人"), "guardian": _("监护人"), "retention": _("到期删除")},
        "consent": {"given": _("同意"), "refused": _("不同意")},
        "view": {"full": _("全部"), "public": _("公布的")},
        "verdict": {name: words for name, (words, _kind) in verdict_words().items()},
    }


def how_words() -> Mapping[str, str]:
    """Return how a guardian may have said whether they consent."""
    return {
        "paper": _("纸质回执"),
        "message": _("短信、群消息或电话"),
        "meeting": _("当面"),
        "other": _("其他方式"),
    }


def tree_words() -> Mapping[str, str]:
    """Return what the usual unit trees are called; any other goes by its own name."""
    return {"region": _("街道社区"), "school": _("学校班级"), "team": _("队伍")}


def level_words() -> Mapping[str, str]:
    """Return what the usual levels of units are called; any other goes by its own name."""
    return {
        "district": _("区县"),
        "street": _("街道"),
        "community": _("社区"),
        "school": _("学校"),
        "grade": _("年级"),
        "class": _("班级"),
    }


def part_words(board: Board) -> str:
    """Return what the parts of a divided board are called."""
    each = (board.each or "").rpartition(".")[2]
    return _("组别") if each == GROUP else level_words().get(each, each)


def kind_words() -> Mapping[str, str]:
    """Return what the kinds of questions are called."""
    return {
        "single": _("单选题"),
        "multiple": _("多选题"),
        "indefinite": _("不定项选择题"),
        "true_false": _("判断题"),
        "fill": _("填空题"),
        "order": _("排序题"),
        "match": _("连线题"),
    }


def difficulty_words() -> Mapping[str, str]:
    """Return what declared difficulties are called."""
    return {"easy": _("容易"), "medium": _("中等"), "hard": _("困难")}


def state_words() -> Mapping[str, str]:
    """Return what the states of questions are called, and all of them together."""
    return {
        "ready": _("可用"),
        "review": _("待审"),
        "draft": _("草稿"),
        "retired": _("已停用"),
        "any": _("全部状态"),
    }


def limit_words() -> Mapping[str, str]:
    """Return what keeps questions out of papers, as the list is filtered by it."""
    return {
        "sealed": _("密封给一场比赛"),
        "local": _("只限本地"),
        "ending": _("30 天内到期或已过期"),
    }


def to_do_words() -> Mapping[str, str]:
    """Return what can be done with questions that are chosen in the list."""
    return {
        "tag": _("加标签"),
        "untag": _("去掉标签"),
        "retire": _("停用"),
        "revive": _("恢复使用"),
        "approve": _("通过标签的改动"),
        "export": _("导出"),
    }


def facet_words() -> Mapping[str, str]:
    """Return what the usual facets of tags are called; any other goes by its own name."""
    return {
        "domain": _("领域"),
        "criterion": _("基准"),
        "topic": _("主题"),
        "audience": _("人群"),
        "source": _("来源"),
        "region": _("地区"),
        "valid_until": _("有效期至"),
    }


def meaning_words() -> Mapping[str, str]:
    """Return what the columns of a file of questions are called once they are understood."""
    return {
        "id": _("题号"),
        "kind": _("题型"),
        "stem": _("题干"),
        "option": _("选项"),
        "options": _("选项"),
        "key": _("答案"),
        "answer": _("答案"),
        "difficulty": _("难度"),
        "explanation": _("解析"),
        "prompt": _("左项"),
        "differences": _("填空要求"),
        "weights": _("得分比例"),
        "calibrated": _("实测难度"),
        "material": _("材料"),
        "material_id": _("材料编号"),
        "tags": _("标签"),
    }


def column_words(title: str) -> str:
    """Return what a column of our own workbook is called by the reader: in Chinese as it stands there."""
    if language() == SOURCE:
        return title
    found = heading(title)
    match found.meaning.partition("."):
        case ("option", _dot, _facet):
            return _("选项 %(letter)s", letter=LETTERS[found.option])
        case ("prompt", _dot, _facet):
            return _("左项 %(n)s", n=found.option + 1)
        case ("tags", _dot, facet):
            return facet_words().get(facet) or _("标签：%(facet)s", facet=facet)
        case ("feedback", _dot, of):
            return _("反馈：%(name)s", name=of)
        case (meaning, _dot, _facet):
            return meaning_words().get(meaning, title)


def phase_words() -> Mapping[str, tuple[str, str]]:
    """Return what the phases of a contest are called, and the kind of badge that shows them."""
    return {
        "coming": (_("即将开始"), "soon"),
        "open": (_("进行中"), "good"),
        "paused": (_("暂停时段"), "soon"),
        "over": (_("已结束"), ""),
    }


def metric_words() -> Mapping[str, str]:
    """Return what the figures are called that units are ranked by."""
    return {
        "people": _("参加人数"),
        "attempts": _("答题次数"),
        "scorers": _("得分人数"),
        "enrolled": _("总人数"),
        "sum": _("总分"),
        "mean": _("人均分"),
        "mean_per_enrolled": _("按总人数的人均分"),
        "participation_rate": _("参与率（百分数）"),
        "child_units_rate": _("下级单位参与率（百分数）"),
        "pass_rate": _("及格率（百分数）"),
        "full_mark_rate": _("满分率（百分数）"),
        "best": _("最高分"),
        "top_sum": _("前几名之和"),
        "group_best_sum": _("各组最高分之和"),
    }


def import_states() -> Mapping[str, str]:
    """Return what the states of an import are called."""
    return {
        "visible": _("已导入"),
        "undone": _("已撤销"),
        "writing": _("正在写入"),
        "failed": _("没有导入成"),
    }
