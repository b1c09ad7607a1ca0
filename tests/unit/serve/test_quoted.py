"""Quotes of a motion: found anew in its papers, for the columns of the values they bear out."""

from typing import Any

from data.schema import Motion
from serve.quoted import quoted_phrases

MOTION: dict[str, Any] = {
    "motion_type": "tro",
    "motion": "Customers \u201cleft in droves,\u201d as three declarations show.",
    "opposition": "Sales were flat; the court below denied an earlier motion.",
}


def _quoted(**fields: Any) -> tuple[list[Any], list[str]]:
    return quoted_phrases(Motion.model_validate(MOTION | fields))


def test_a_quote_is_evidence_for_the_value_and_where_it_stands() -> None:
    quotes = {"harm_evidence": ["as three  declarations show"], "past_incident": ["Sales were"]}
    phrases, notes = _quoted(harm_evidence="declaration", past_incident=False, quotes=quotes)
    assert not notes
    shown = {phrase.factor: phrase for phrase in phrases}
    evidence = shown["harm.evidence"]
    assert (evidence.paper, evidence.speaker, evidence.quoted) == ("motion", "movant", True)
    assert MOTION["motion"][evidence.start : evidence.end] == evidence.text
    assert evidence.text == "as three declarations show"
    assert evidence.quoted_for is None
    assert shown["harm.past_incident"].paper == "opposition"


def test_quotes_of_a_list_are_for_the_list() -> None:
    signals = ["prior_ruling_against_movant", "disputed_facts"]
    quotes = {"merits_signals": ["the court below denied an earlier motion"]}
    phrases, _ = _quoted(merits_signals=signals, quotes=quotes)
    assert {phrase.factor for phrase in phrases} == {f"merits.{signal}" for signal in signals}
    assert {phrase.quoted_for for phrase in phrases} == {"merits_signals"}
    (alone,), _ = _quoted(merits_signals=signals[:1], quotes=quotes)
    assert alone.quoted_for is None


def test_words_that_are_not_in_the_papers_are_told_and_not_shown() -> None:
    quotes = {"harm_evidence": ["as ten declarations show", "as three declarations show"]}
    phrases, notes = _quoted(harm_evidence="declaration", quotes=quotes)
    assert [phrase.text for phrase in phrases] == ["as three declarations show"]
    assert notes == ["1 quote(s) given for harm_evidence are not in the papers and are left out"]


def test_a_quote_without_a_value_bears_nothing_out() -> None:
    assert _quoted(quotes={"harm_evidence": ["as three declarations show"]}) == ([], [])
    assert _quoted() == ([], [])
