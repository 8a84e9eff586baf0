"""The rules page: a document in words from which a person can compute every score and place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from quiz.errors import N_
from quiz.rules import words_of_play, words_of_ranking, words_of_units
from quiz.rules.across import as_stage
from quiz.rules.parts import Document, Stage
from quiz.rules.saying import Passage, Sentence, filled_in, say

__all__ = ["Passage", "Sentence", "passages", "text"]

Says = Callable[[Document, Stage], Iterable[Sentence]]

PASSAGES: Sequence[tuple[str, Says]] = (
    (N_("比赛时间"), words_of_play.window),
    (N_("谁可以参加"), words_of_play.who),
    (N_("题目"), words_of_play.paper),
    (N_("限时与用时"), words_of_play.clock),
    (N_("每题怎样得分"), words_of_play.marking),
    (N_("每次答题值多少分"), words_of_play.award),
    (N_("可以答几次"), words_of_ranking.tries),
    (N_("个人总分怎样算"), words_of_ranking.total),
    (N_("个人怎样排名"), words_of_ranking.order),
    (N_("单位怎样排名"), words_of_units.unit_boards),
    (N_("抽奖与奖项"), words_of_ranking.prizes),
    (N_("什么时候能看到答案"), words_of_play.shown),
    (N_("其他约定"), words_of_ranking.agreed),
)


def passages(document: Document) -> list[Passage]:
    """Return the rules page: a passage a subject; with several stages, each under its name."""
    found = []
    for stage in document.stages:
        if len(document.stages) > 1:
            found.append(Passage(stage.name, ()))
        for heading, says in PASSAGES:
            sentences = tuple(says(document, stage))
            if sentences:
                found.append(Passage(heading, sentences))
    return found + list(_beside_the_stages(document))


def _beside_the_stages(document: Document) -> Iterator[Passage]:
    if not (document.boards or document.draws or document.awards):
        return
    whole = as_stage(document)
    sentences = [say(N_("以下把每人在各阶段的总分加起来，用时、次数也分别相加。"))]
    for board in whole.boards:
        if board.of == "people":
            sentences += words_of_ranking.board_notes(whole, board)
    sentences += words_of_units.unit_boards(document, whole)
    sentences += words_of_ranking.prizes(document, whole)
    yield Passage(N_("各阶段合计"), tuple(sentences))


def text(document: Document) -> str:
    """Return the rules page as text in the source language."""
    lines = [document.title]
    for passage in passages(document):
        lines += [
            "",
            f"【{passage.heading}】",
            *(f"· {filled_in(sentence)}" for sentence in passage.sentences),
        ]
    return "\n".join(lines)
