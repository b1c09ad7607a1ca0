"""Which papers are long, and how wide their intervals are."""

from typing import Any

import pytest

from data.schema import Motion
from serve.long_papers import LONG_WORDS, LongPaperRules, long_paper_reason
from tests.support.long_paper_record import LONG_PAPERS

FACTS = {"median_words": 59, "long_papers": LONG_PAPERS}
RULES = LongPaperRules.from_facts(FACTS)
LONG = " ".join(["word"] * LONG_WORDS)


def _words_read(rules: LongPaperRules, **fields: Any) -> int | None:
    motion = Motion.model_validate({"motion_type": "tro", "motion": LONG} | fields)
    return rules.words_read(motion, "text")


def test_the_words_of_both_papers_count() -> None:
    assert _words_read(RULES) == LONG_WORDS
    assert _words_read(RULES, motion=LONG[5:]) is None
    assert _words_read(RULES, motion=LONG[5:], opposition="No.") == LONG_WORDS
    assert long_paper_reason(1234) == "long paper read by phrases only (1,234 words)"


def test_a_summary_is_read_in_place_of_a_long_paper() -> None:
    assert _words_read(RULES, summary="A rival copied a mark.") is None
    assert _words_read(RULES, summary="A rival copied a mark.", opposition=LONG) == LONG_WORDS + 5


@pytest.mark.parametrize("mode", ["coded", "rated", "forecast"])
def test_with_codings_no_paper_is_long(mode: Any) -> None:
    assert RULES.words_read(Motion(motion_type="tro", motion=LONG), mode) is None


def test_to_a_model_of_long_papers_none_is_long() -> None:
    assert _words_read(LongPaperRules.from_facts({"median_words": LONG_WORDS})) is None
    assert _words_read(LongPaperRules.from_facts({"median_words": LONG_WORDS - 1})) == LONG_WORDS
    assert _words_read(LongPaperRules.from_facts({})) == LONG_WORDS


def test_the_interval_is_widened_once() -> None:
    assert RULES.interval_spread(0.0, out_of_scope=0.8) == 1.1
    assert RULES.interval_spread(0.8, out_of_scope=0.8) == 1.1
    assert RULES.interval_spread(1.4, out_of_scope=1.4) == 1.4
    untested = LongPaperRules.from_facts({})
    assert untested.interval_spread(0.0, out_of_scope=0.8) == 0.8
    assert untested.interval_spread(0.8, out_of_scope=0.8) == 0.8


def test_without_forecasts_the_spread_is_that_out_of_scope() -> None:
    record = {name: fact for name, fact in LONG_PAPERS.items() if name != "text_spread"}
    rules = LongPaperRules.from_facts(FACTS | {"long_papers": record})
    assert rules.performance is not None
    assert rules.interval_spread(0.0, out_of_scope=0.8) == 0.8


def test_the_remark_says_what_the_test_showed() -> None:
    assert RULES.performance is not None
    assert RULES.remark == RULES.performance.warning
    assert LongPaperRules.from_facts({}).remark.startswith("Not tested on papers of this length")
