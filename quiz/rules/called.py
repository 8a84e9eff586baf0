"""What things are called: the usual words for kinds, levels, events and facets, and a document's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from quiz.errors import N_
from quiz.rules.found import Found, Json
from quiz.rules.parts import Document, Section
from quiz.rules.saying import APART, OR, P_, Sentence, Word, joined, say

Called = Sentence | Word | str  # a word of the catalogue, of the document, or a bare name


def called(document: Document, words: Mapping[str, str], name: str) -> Called:
    """Return what something is called: as the document says, by the usual word, or by its own name."""
    if name in document.called:
        return Word(document.called[name])
    return Sentence(words[name]) if name in words else name.replace("_", " ")


def all_called(document: Document, words: Mapping[str, str], names: Iterable[str]) -> tuple[Called, ...]:
    """Return what several things are called."""
    return tuple(called(document, words, name) for name in names)


def level(document: Document, of: str) -> Called:
    """Return what a level of units ("tree.level") is called."""
    return called(document, LEVELS, of.split(".")[1])


def division(document: Document, each: str) -> Called:
    """Return what a board or an award is divided by: groups, or the units of a level."""
    return Sentence(N_("组别")) if each == "group" else level(document, each)


def event(document: Document, kind: str) -> Called:
    """Return what an event is called."""
    return called(document, EVENTS, kind)


def tokens(document: Document, name: str, count: int) -> Sentence:
    """Return so many of a token, with the measure word that fits its name."""
    text = MEASURED.get(name[-1], P_("%(count)s 个“%(token)s”"))
    return say(text, token=called(document, {}, name), count=count)


def questions_of(document: Document, section: Section) -> Sentence:
    """Return how many questions of which kind a section has: 4 道单选题（主题：劳动法律）."""
    facts = []
    if len(section.kinds) > 1:
        facts.append(joined(OR, [Sentence(KINDS[kind]) for kind in section.kinds]))
    facts += [
        say(N_("%(facet)s：%(values)s"), facet=called(document, FACETS, facet), values=values)
        for facet, values in section.tags.items()
    ]
    if section.difficulty is not None:
        least, most = section.difficulty.least, section.difficulty.most
        facts.append(say(N_("预计答对率 %(least)s 至 %(most)s"), least=least, most=most))
    text = COUNTED_KINDS[section.kinds[0]] if len(section.kinds) == 1 else P_("%(count)s 道题")
    number = say(text, count=section.count)
    return (
        say(N_("%(questions)s（%(facts)s）"), questions=number, facts=joined(APART, facts))
        if facts
        else number
    )


def unknown_names(raw: Json) -> Iterator[Found]:
    """Every name that `called` explains must stand somewhere in the document."""
    known = set(_names(raw))
    for name in raw.get("called", {}):
        if name not in known:
            sentence = N_("“%(name)s”不是这份规则里的层级、活动、标签类别或卡片，请改名或删去。")
            yield Found(f"/called/{name}", "unknown_name", sentence, {"name": name})


def _names(raw: Json) -> Iterator[str]:
    for tree in raw.get("units", {}).values():
        yield from tree["levels"]
    for stage in raw["stages"]:
        yield from stage.get("events", {})
        yield from (extra["event"] for extra in stage.get("quota", {}).get("extra", ()))
        yield from stage["paper"].get("cover", ())
        for section in stage["paper"]["sections"]:
            yield from section.get("tags", {})
        yield from (token["give"] for token in stage.get("award", {}).get("tokens", ()))
    for part in (raw, *raw["stages"]):
        entries = (entry for draw in part.get("draws", ()) for entry in draw["entries"])
        yield from (entry["kind"] for entry in entries if "kind" in entry)


LEVELS: Mapping[str, str] = {
    "province": N_("省（区、市）"),
    "city": N_("市"),
    "district": N_("区县"),
    "county": N_("县（市、区）"),
    "town": N_("乡镇"),
    "street": N_("街道"),
    "community": N_("社区"),
    "school": N_("学校"),
    "grade": N_("年级"),
    "class": N_("班级"),
    "org": N_("单位"),
    "unit": N_("单位"),
    "institution": N_("机构"),
    "company": N_("企业"),
    "group": N_("集团"),
    "department": N_("部门"),
    "system": N_("系统"),
    "industry": N_("行业"),
    "library": N_("图书馆"),
    "league": N_("盟市"),
    "team": N_("队伍"),
}
KINDS: Mapping[str, str] = {
    "single": N_("单选题"),
    "multiple": N_("多选题"),
    "indefinite": N_("不定项选择题"),
    "true_false": N_("判断题"),
    "fill": N_("填空题"),
    "order": N_("排序题"),
    "match": N_("连线题"),
}
COUNTED_KINDS: Mapping[str, str] = {
    "single": P_("%(count)s 道单选题"),
    "multiple": P_("%(count)s 道多选题"),
    "indefinite": P_("%(count)s 道不定项选择题"),
    "true_false": P_("%(count)s 道判断题"),
    "fill": P_("%(count)s 道填空题"),
    "order": P_("%(count)s 道排序题"),
    "match": P_("%(count)s 道连线题"),
}
FACETS: Mapping[str, str] = {
    "domain": N_("领域"),
    "criterion": N_("基准条目"),
    "topic": N_("主题"),
    "audience": N_("适合人群"),
    "source": N_("来源"),
    "bank": N_("题库"),
    "form": N_("形式"),
}
EVENTS: Mapping[str, str] = {
    "sign_in": N_("签到"),
    "check_in": N_("打卡"),
    "first_login": N_("首次登录"),
    "share": N_("分享"),
    "invite": N_("邀请好友"),
    "friend_joined": N_("好友加入"),
    "friend_answered": N_("好友完成答题"),
    "video": N_("看视频"),
    "video_watched": N_("看完视频"),
}
MEASURED: Mapping[str, str] = {  # by the last letter of the name
    "卡": P_("%(count)s 张“%(token)s”"),
    "票": P_("%(count)s 张“%(token)s”"),
    "券": P_("%(count)s 张“%(token)s”"),
    "星": P_("%(count)s 颗“%(token)s”"),
    "章": P_("%(count)s 枚“%(token)s”"),
    "币": P_("%(count)s 枚“%(token)s”"),
}
