"""Which papers are long, and how wide their intervals are."""

from typing import Any

from data.schema import Motion
from serve.long_papers import LongPaperRules, long_paper_reason
from tests.support.long_paper_record import LONG_PAPERS, TEXT
from train.model.length import LONG_WORDS
from train.modes import MODES, Mode

FACTS = {"median_words": 59, "long_papers": LONG_PAPERS}
RULES = LongPaperRules.from_facts(FACTS)
LONG = " ".join(["word"] * LONG_WORDS)


def _words_read(rules: LongPaperRules, mode: Mode = "text", **fields: Any) -> int | None:
    motion = Motion.model_validate({"motion_type": "tro", "motion": LONG} | fields)
    return rules.words_read(motion, mode)


def test_the_words_of_both_papers_count() -> None:
    assert _words_read(RULES) == LONG_WORDS
    assert _words_read(RULES, motion=LONG[5:]) is None
    assert _words_read(RULES, motion=LONG[5:], opposition="No.") == LONG_WORDS
    assert long_paper_reason("text", 1234) == "long paper read by phrases only (1,234 words)"
    assert long_paper_reason("coded", 1234).startswith("long paper read by phrases, besides its")


def test_a_summary_is_read_in_place_of_a_long_paper() -> None:
    assert _words_read(RULES, summary="A rival copied a mark.") is None
    assert _words_read(RULES, summary="A rival copied a mark.", opposition=LONG) == LONG_WORDS + 5


def test_with_ratings_or_a_forecast_no_paper_is_long() -> None:
    assert _words_read(RULES, "coded") == LONG_WORDS
    assert _words_read(RULES, "rated") is None
    assert _words_read(RULES, "forecast") is None


def test_to_a_model_of_long_papers_none_is_long() -> None:
    assert _words_read(LongPaperRules.from_facts({"median_words": LONG_WORDS})) is None
    assert _words_read(LongPaperRules.from_facts({"median_words": LONG_WORDS - 1})) == LONG_WORDS
    assert _words_read(LongPaperRules.from_facts({})) == LONG_WORDS


def test_the_interval_is_widened_once() -> None:
    assert RULES.interval_spread("text", 0.0, out_of_scope=0.8) == 1.1
    assert RULES.interval_spread("text", 0.8, out_of_scope=0.8) == 1.1
    assert RULES.interval_spread("text", 1.4, out_of_scope=1.4) == 1.4
    assert RULES.interval_spread("coded", 0.0, out_of_scope=0.8) == 0.9
    untested = LongPaperRules.from_facts({})
    assert untested.interval_spread("text", 0.0, out_of_scope=0.8) == 0.8
    assert untested.interval_spread("text", 0.8, out_of_scope=0.8) == 0.8


def test_without_forecasts_the_spread_is_that_out_of_scope() -> None:
    record = LONG_PAPERS | {"by_phrases": {"text": TEXT}}
    rules = LongPaperRules.from_facts(FACTS | {"long_papers": record})
    assert list(rules.performance) == ["text"]
    assert rules.interval_spread("text", 0.0, out_of_scope=0.8) == 0.8


def test_the_remark_says_what_the_test_showed() -> None:
    for mode in MODES[2:]:
        assert RULES.remark(mode) == RULES.performance[mode].warning
        untested = LongPaperRules.from_facts({}).remark(mode)
        assert untested.startswith("Not tested on papers of this length")
