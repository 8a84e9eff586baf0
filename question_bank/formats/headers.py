"""The words that head the columns of other people's tables, and what they mean."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from question_bank.formats import extra_cells, other_languages

IGNORED = "ignored"  # understood, and of no use here
MEANINGS = {
    "stem": (
        "题干 题目 考题 题目内容 试题 试题内容 题干内容 试题题干 题目题干 问题 问题内容 题面 "
        "题目名称 题目标题 试题题目 试题名称 "
        "标题 内容 题目描述 question questiontext questiontitle questioncontent stem title"
    ),
    "kind": "题型 题目类型 试题类型 类型 问题类型 题目题型 试题题型 题类 kind type questiontype",
    "answer": (
        "答案 正确答案 标准答案 参考答案 正确选项 试题答案 题目答案 答案选项 正确项 答案内容 答题答案 "
        "正确答案序号 答案序号 正确选项序号 "
        "answer answers correctanswer correctanswers correct rightanswer key correctoption ans correctans"
    ),
    "difficulty": (
        "难度 难易度 难易程度 难度等级 题目难度 试题难度 难度系数 难易 难度级别 "
        "difficulty difficultylevel level"
    ),
    "explanation": (
        "解析 答案解析 试题解析 题目解析 解答 答案说明 详解 题解 答题解析 解释 注解 "
        "explanation answerexplanation analysis feedback rationale"
    ),
    "id": "编号 题目编号 试题编号 题目id 试题id id questionid 外部编号 题目代码 试题代码 question_id",
    "options": "选项 备选项 备选答案 选项内容 全部选项 答案选项列表 候选项 options choices option",
    "image": "图片 题目图片 题干图片 配图 图片链接 图片地址 imagelink image picture imageurl",
    "material": "材料 共用题干 阅读材料 背景材料 题组材料 material passage",
    "material_id": "材料编号 题组编号",
    "differences": "填空要求",
    "weights": "得分比例 选项得分比例",
    "calibrated": "实测难度 实测易度",
    IGNORED: (
        "序号 题号 no 分值 分数 题目分值 试题分数 每题分数 默认分数 时间 答题时间 限时 "
        "timeinseconds timelimit time points score "
        "选项数 选项个数 选项数量 答案个数 错误说明 原行号"
    ),
    "tags.domain": "领域 知识领域 所属领域 科学领域 素质领域 能力领域 domain",
    "tags.criterion": "基准 基准点 基准条目 科学素质基准 基准编号 条目 criterion",
    "tags.topic": (
        "知识点 知识点名称 主题 标签 关键词 话题 专题 考点 分类 题目分类 试题分类 题目标签 试题标签 "
        "类别 章节 模块 板块 "
        "topic tag tags category knowledge topics"
    ),
    "tags.audience": "人群 适用人群 重点人群 对象 适用对象 适用范围 所属范围 受众 audience",
    "tags.source": "来源 出处 题目来源 试题来源 依据 参考资料 资料来源 source reference",
    "tags.subject": "学科 科目 课程 所属学科 subject course",
    "tags.region": "地区 适用地区 所属地区 区域 地域 region",
    "tags.valid_until": "有效期 有效期至 有效至 有效日期 失效日期 validuntil valid_until",
    "tags.licence": "许可 版权 licence license",
}
KNOWN = {word: meaning for meaning, words in MEANINGS.items() for word in words.split()}
OPTION = re.compile(
    r"(?:备?选项|备选答案|选择|答案|option|opt|choice|answer)[-_]?(?P<after>[a-z]|\d{1,2}|[一二三四五六七八九十]|[甲乙丙丁戊己庚辛])"
    r"|第?(?P<before>[a-z]|[一二三四五六七八九十]|[甲乙丙丁戊己庚辛])(?:个)?(?:备?选项|项)"
    r"|(?P<alone>[a-z]|[甲乙丙丁戊己庚辛])(?:项)?"
)
PICTURE = re.compile(r"图片\d{1,2}")
PROMPT = re.compile(r"左项(\d{1,2})")
LONGEST_HEADER = 200  # characters; what is longer is no header
CHINESE_NUMBERS, STEMS = "一二三四五六七八九十", "甲乙丙丁戊己庚辛"
REMARKS = re.compile(r"[(\[{【].*?[)\]}】]|[*:：?？!]|\s")
FACET = re.compile(r"(?:标签|tags?)[:：.](.+)", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """What one header cell means."""

    meaning: str  # a key of MEANINGS, "option", "prompt", "tags.<facet>"; "": not understood
    option: int = 0  # position of an option's or a prompt's column, from 0
    is_numbered: bool = False  # the options are numbered, not lettered


def heading(text: str) -> Heading:
    """Return what a header cell means; remarks in brackets, stars and spaces make no difference."""
    if len(text) > LONGEST_HEADER:
        return Heading("")
    wide = unicodedata.normalize("NFKC", text).strip()
    if facet := FACET.fullmatch(wide):
        return Heading(f"tags.{facet[1].strip()}")
    plain = REMARKS.sub("", other_languages.ours(wide)).casefold()
    plain = re.split(r"[-–—,，]", plain)[0] or plain  # "Question - max 120 characters"
    plain = plain.removesuffix("必填").removesuffix("选填")
    plain = plain.rstrip(".、")
    if known := KNOWN.get(plain) or KNOWN.get(plain.replace("_", "")):
        return Heading(known)
    if PICTURE.fullmatch(plain):
        return Heading("image")
    if (found := PROMPT.fullmatch(plain)) and int(found[1]) > 0:
        return Heading("prompt", int(found[1]) - 1)
    if plain.startswith(extra_cells.FEEDBACK) and (said := extra_cells.meaning(plain[2:])):
        return Heading(said)
    if found := OPTION.fullmatch(plain):
        name = found["after"] or found["before"] or found["alone"]
        position = _option_position(name)
        if position >= 0:
            return Heading("option", position, not name.isascii() or name.isdigit())
    return Heading("")


def _option_position(name: str) -> int:
    if name.isdigit():
        return int(name) - 1
    if ranks := next((each for each in (CHINESE_NUMBERS, STEMS) if name in each), ""):
        return ranks.index(name)
    return ord(name) - ord("a")
