"""The process of one analysis: started from the desk, so that answers are not slowed."""

from __future__ import annotations

from quiz.services import apart, quality
from quiz.services.platform import Actor, Platform


def start(platform: Platform, contest_id: int | None, calibrates: bool, actor: Actor) -> None:
    """Begin an analysis in a process of its own. Raises NotFound, and Busy while one is under way."""
    analysis_id = quality.begin(platform, contest_id, calibrates, actor)
    order = {**apart.place_of(platform), "analysis_id": analysis_id}
    apart.start("quiz.services.quality_process", order, lambda: quality.failed(platform, analysis_id))


def main() -> None:
    """Carry out the analysis that standard input names, and end with the process that asked for it."""
    order = apart.told_order()
    quality.carry_out(apart.platform_of(order["database_url"], order["data"]), order["analysis_id"])


if __name__ == "__main__":
    main()
