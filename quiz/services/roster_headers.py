"""The words that the headers and cells of rosters and lists of units may say."""

from __future__ import annotations

HEADERS = {  # what a header may say, without spaces and in lower case → what it means
    "姓名": "name",
    "名字": "name",
    "学生姓名": "name",
    "name": "name",
    "昵称": "nickname",
    "显示名": "nickname",
    "nickname": "nickname",
    "代码": "code",
    "编码": "code",
    "单位代码": "code",
    "code": "code",
    "名称": "title",
    "单位名称": "title",
    "层级": "level",
    "级别": "level",
    "level": "level",
    "上级": "parent",
    "上级代码": "parent",
    "parent": "parent",
    "人数": "enrolled",
    "enrolled": "enrolled",
    "截止日期": "as_of",
    "as_of": "as_of",
    "座号": "seat",
    "座位号": "seat",
    "学号": "seat",
    "seat": "seat",
    "组别": "group",
    "人群": "group",
    "group": "group",
    "年级": "grade",
    "grade": "grade",
    "出生日期": "born",
    "出生年份": "born",
    "出生年月日": "born",
    "born": "born",
    "加时": "extra",
    "extra_time": "extra",
    "不参赛": "excluded",
    "排除": "excluded",
    "excluded": "excluded",
    "监护人同意": "consent",
    "监护人是否同意": "consent",
    "家长同意": "consent",
    "consent": "consent",
    "监护人": "guardian",
    "guardian": "guardian",
    "队伍": "team",
    "代表队": "team",
    "team": "team",
}
CALLED = {  # a meaning → the header our templates write
    "name": "姓名",
    "nickname": "昵称",
    "code": "代码",
    "title": "名称",
    "level": "层级",
    "parent": "上级",
    "enrolled": "人数",
    "as_of": "截止日期",
    "seat": "座号",
    "group": "组别",
    "grade": "年级",
    "born": "出生日期",
    "extra": "加时",
    "excluded": "不参赛",
    "team": "队伍",
    "consent": "监护人同意",
    "guardian": "监护人",
}
ABOUT = ("seat", "group", "grade", "born", "extra", "excluded", "team", "consent", "guardian")
ROSTER_HEADER = (CALLED["name"], CALLED["nickname"])  # then one column a unit tree, then ABOUT_HEADER
ABOUT_HEADER = tuple(CALLED[m] for m in ABOUT)
UNIT_HEADER = tuple(CALLED[m] for m in ("code", "title", "level", "parent", "enrolled", "as_of"))
TREES = {  # headers of a roster that name a tree in Chinese
    "街道": "region",
    "社区": "region",
    "街道社区": "region",
    "街道/社区": "region",
    "学校": "school",
    "班级": "school",
    "学校班级": "school",
}
TREE_CALLED = {"region": "街道社区", "school": "学校班级"}  # the header our templates write; others by name
CONSENTS = ("同意", "是", "y", "yes", "√", "✓")  # what a guardian may have said
REFUSES = ("不同意", "否", "n", "no", "×", "x")
GRADE = "年级"  # how the name of a grade may end
YES = ("是", "y", "yes", "x", "1", "√", "true")  # say that somebody is marked, not as what
LEVELS = {  # levels in Chinese → as rules documents write them
    "区": "district",
    "区县": "district",
    "街道": "street",
    "社区": "community",
    "学校": "school",
    "年级": "grade",
    "班级": "class",
}
