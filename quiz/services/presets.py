"""Rules documents that a new contest may begin from; the organizer changes what differs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from quiz.errors import N_, NotFound

FOLDER = Path(__file__).resolve().parent.parent / "starting_rules"
ZONE = ZoneInfo("Asia/Shanghai")
OPENS_IN = timedelta(days=7)
RUNS_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Preset:
    """One document to begin from."""

    name: str  # of its file
    kind: str  # contest, practice
    words: str  # what it is for, of the catalogue


PRESETS = (
    Preset("daily_points", "contest", N_("每日三答积分：每天三次，每次三题，答对两题得 1 分，街道社区相加")),
    Preset("best_of_three", "contest", N_("三次取最好：一份二十题，同分比用时，学校按人均分")),
    Preset("weekly_speed", "contest", N_("每周一赛：每题 30 秒，逐题作答，各周相加")),
    Preset("practice", "practice", N_("练习：不限次数，答完看解析，不计成绩")),
)


def start_from(name: str, now_ms: int) -> tuple[str, str]:
    """Return text and kind of the preset with this name, its window set a week ahead; raises NotFound."""
    for preset in PRESETS:
        if preset.name == name:
            today = datetime.fromtimestamp(now_ms // 1000, UTC).astimezone(ZONE).date()
            text = (FOLDER / f"{name}.yaml").read_text("utf-8")
            opens, closes = today + OPENS_IN, today + OPENS_IN + RUNS_FOR
            return text.replace("{opens}", str(opens)).replace("{closes}", str(closes)), preset.kind
    raise NotFound(N_("没有这份起始规则。"))
