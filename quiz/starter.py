"""The content of a first run: units, schools, questions, one open contest and one practice."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from quiz.models.contests import Contest
from quiz.services import accounts, bank, contests
from quiz.services.accounts import UnitRow
from quiz.services.platform import Actor, Platform

FOLDER = Path(__file__).resolve().parent.parent / "question_bank" / "starter"
ZONE = ZoneInfo("Asia/Shanghai")
OPEN_DAYS = 60


def load(platform: Platform, actor: Actor) -> bool:
    """Load the starter content into a database that has no contest yet; returns whether it did."""
    with platform.store.reading() as session:
        if session.scalar(select(Contest.id).limit(1)) is not None:
            return False
    for tree, file in (("region", "units.csv"), ("school", "schools.csv")):
        accounts.load_units(platform, tree, _units(FOLDER / file), actor)
    content = (FOLDER / "questions.jsonl").read_bytes()
    found = bank.preview(platform, bank.stage(platform, content, "starter.jsonl", actor.now_ms))
    if found.chosen:  # none are left when a first run was cut off after its import
        bank.take(platform, found, actor, good_rows_only=True)
    for kind, file in (("contest", "contest.yaml"), ("practice", "practice.yaml")):
        text = _window(actor.now_ms, (FOLDER / file).read_text("utf-8"))
        contests.publish(platform, contests.create(platform, text, kind, actor), actor)
    return True


def _units(path: Path) -> list[UnitRow]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [UnitRow(r["code"], r["name"], r["level"], r["parent"] or "") for r in csv.DictReader(file)]


def _window(now_ms: int, text: str) -> str:
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZONE).date()
    opens, closes = f"{today} 00:00", f"{today + timedelta(days=OPEN_DAYS)} 24:00"
    return text.replace("{opens}", opens).replace("{closes}", closes)
