"""The conclusion: how often, how sure, the weak and the strong point, and when to say neither."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.build import COLUMNS
from features.indicators import Source
from serve.conclusion.compose import Estimate, conclude
from serve.responses import BaseRateAdjustment, Factor, ScorecardRow
from serve.scorecard import side_of

_COLUMN = {column.name: column for column in COLUMNS}
ESTIMATE = Estimate(p=0.32, low=0.18, high=0.51)
WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fifteen": 15,
    "nineteen": 19,
    "twenty": 20,
}


def _factor(
    name: str, value: float | str | None, log_odds: float, source: Source = "coded", **more: Any
) -> Factor:
    return Factor(
        factor=name,
        family=_COLUMN[name].family,
        label=_COLUMN[name].describe(value),
        value=value,
        source=source,
        log_odds=log_odds,
        points=25 * log_odds,
        favors="movant" if log_odds > 0 else "opponent",
        **more,
    )


def _row(factor: str, value: float, average: float) -> ScorecardRow:
    return ScorecardRow(
        factor=factor,
        source="given",
        value=value,
        error=None,
        average=average,
        favors=side_of(value, average),
        points=0.0,
    )


CONTRADICTED = _factor("speculation.contradicted_by_record", 1.0, -0.8)
CONTINGENT = _factor("harm.timing", "contingent", -0.2)
UNOPPOSED = _factor("motion_type.notice", "unopposed", 0.4)


def _second(factors: list[Factor], p: float = 0.32, **more: Any) -> str:
    return conclude(ESTIMATE._replace(p=p), factors, more.pop("shown", {}), **more)[1]


@given(st.floats(0.001, 0.999))
def test_the_rate_in_words_is_near_the_probability(p: float) -> None:
    first = conclude(Estimate(p, p, p), [], {})[0]
    if first.startswith("About half"):
        stated = 0.5
    else:
        found = re.match(r"(About|Fewer than|More than) (\w+) in (\w+) ", first)
        assert found, first
        stated = WORDS[found[2]] / WORDS[found[3]]
        if found[1] != "About":
            assert (p < stated) == (found[1] == "Fewer than") or p == pytest.approx(
                stated, abs=0.002
            )
            return
    assert abs(stated - p) <= 0.055


def test_a_wide_interval_leaves_it_open() -> None:
    assert conclude(ESTIMATE, [], {})[0] == (
        "About one in three such motions is granted, but the papers leave it open: between 18% "
        "and 51%."
    )
    narrow = Estimate(0.9, 0.82, 0.95, granted="granted in full")
    assert conclude(narrow, [], {})[0] == (
        "About nine in ten such motions are granted in full; the estimate runs from 82% to 95%."
    )


def test_an_adjusted_base_rate_is_said_first() -> None:
    adjustment = BaseRateAdjustment(
        grant_rate=0.37, base_rate=0.53, court=None, p_unadjusted=0.4, log_odds=-0.6, points=-8
    )
    first = conclude(ESTIMATE._replace(adjustment=adjustment), [], {})[0]
    assert first.startswith("Where 37% of all motions are granted, about one in three")


def test_the_weak_point_comes_first_where_the_motion_is_weak() -> None:
    second = _second([CONTRADICTED, CONTINGENT, UNOPPOSED])
    weak, _, strong = second.partition("; ")
    assert weak == (
        "The weak point is the harm: the record contradicts the movant's theory of it, and it "
        "depends on events that may not occur"
    )
    assert strong == "the strong point is the posture: nobody opposes the motion."
    assert _second([CONTRADICTED, UNOPPOSED], p=0.7).startswith("The strong point is the posture")


def test_an_all_strong_motion_names_two_points_and_none_against() -> None:
    given = {"average": 2.9}
    factors = [
        _factor("ratings.likelihood_of_success", 5.0, 1.0, **given),
        _factor("ratings.irreparable_harm", 5.0, 0.8, **given),
        UNOPPOSED,
    ]
    assert _second(factors, p=0.97) == (
        "The strong points are the merits (rated 5 of 5, against an average of 2.9) and the harm "
        "(rated 5 of 5, against an average of 2.9); no point stands out for the opponent."
    )


def test_a_rating_is_a_reason_only_on_its_side_of_the_average() -> None:
    rating = _factor("ratings.irreparable_harm", 3.0, 0.5, average=3.2)
    assert "3" not in _second([rating])  # raises the probability, but is no strength
    assert "rated 3 of 5" in _second([_factor("ratings.irreparable_harm", 3.0, 0.5, average=2.0)])
    without_average = _factor("ratings.irreparable_harm", 4.0, 0.5)
    assert "rated 4 of 5;" in _second([without_average])
    read = ("inferred_ratings.irreparable_harm", 3.5, 0.5, "text")
    assert "inferred" in _second([_factor(*read, average=3.2, error=0.2)])
    assert "inferred" not in _second([_factor(*read, average=3.2, error=0.8)])


@pytest.mark.parametrize(
    "factors",
    [
        [],
        [_factor("harm.timing", None, -0.9, "not shown")],
        [_factor("speculation.signals", 0.0, 0.9, "not shown")],
        [_factor("merits.disputed_facts", 0.0, 0.9)],  # a list that does not name it
        [_factor("motion_type.pro_se", 0.0, 0.9)],
        [_factor("harm.timing", "contingent", -0.01)],
    ],
)
def test_silence_and_trifles_are_no_reasons(factors: list[Factor]) -> None:
    assert (
        _second(factors) == "Nothing that is coded, or read reliably from the papers, decides it."
    )


def test_the_kind_of_case_and_the_court_are_said_only_where_nothing_else_is() -> None:
    court = _factor("forum.court", "ilnd", -2.0)
    field = _factor("merits.claim_area", "tribal", -1.0)
    assert "N.D. Ill." in _second([court, field])  # what moves it most
    assert "tribal" not in _second([court, field])
    alone = _second([court])
    nothing = "Nothing that is coded, or read reliably from the papers, decides it"
    assert alone.startswith(f"{nothing}, but the forum")
    assert "N.D. Ill." not in _second([court, CONTRADICTED, UNOPPOSED])


def test_a_number_that_the_only_points_do_not_explain_is_explained() -> None:
    forecast = _factor("forecast.reader", -1.4, -1.5)
    second = _second([forecast, UNOPPOSED], p=0.2)
    assert "no point stands out for the opponent, but a careful reader gave" in second
    assert "20%" in second
    court = _factor("forum.court", "ilnd", -2.0)
    assert "N.D. Ill." in _second([court, UNOPPOSED], p=0.2)
    assert "N.D. Ill." not in _second([court, UNOPPOSED], p=0.8)


def test_one_point_may_cut_both_ways() -> None:
    documentary = _factor("harm.evidence", 2.0, 0.3)
    second = _second([CONTINGENT, documentary])
    assert second == (
        "The harm cuts both ways: against the motion, it depends on events that may not occur; "
        "in its favor, records, data or experts support it."
    )
    # Where one side of it is much the stronger, that side comes first.
    assert _second([CONTRADICTED, documentary]) == (
        "The weak point is the harm: the record contradicts the movant's theory of it; it has this "
        "in its favor: records, data or experts support it."
    )


def test_what_was_read_from_the_papers_is_said_to_be() -> None:
    read = _factor("harm.timing", "contingent", -0.5, "text")
    assert _second([read]).startswith("As read from the papers, the weak point is the harm")
    mixed = _second([read, CONTRADICTED])
    assert not mixed.startswith("As read")
    assert "may not occur, as read from the papers" in mixed
    assert "theory of it, as read" not in mixed


def test_a_count_is_told_by_what_it_counts() -> None:
    signals = _factor("speculation.signals", 2.0, -0.6)
    shown: dict[str, Source] = {
        "speculation.third_party_contingency": "coded",
        "speculation.no_incident_to_date": "coded",
        "harm.voting": "coded",
    }
    assert _second([signals], shown=shown).startswith(
        "The weak point is the harm: it depends on what third parties may do, and nothing of the "
        "kind has happened yet"
    )
    assert "in part conjecture" in _second([signals])


def test_two_features_that_say_the_same_are_said_once() -> None:
    signal = _factor("speculation.future_contingency", 1.0, -0.3)
    assert _second([CONTINGENT, signal]).count("may not occur") == 1


def test_with_a_forecast_the_ratings_given_say_why() -> None:
    forecast = _factor("forecast.reader", -1.4, -1.5)
    scorecard = [
        _row("likelihood_of_success", 2.0, 2.9),
        _row("irreparable_harm", 4.0, 3.2),
        _row("public_interest", 3.0, 3.0),
    ]
    assert _second([forecast], scorecard=scorecard) == (
        "The weak point is the merits: rated 2 of 5, against an average of 2.9; the strong point "
        "is the harm: rated 4 of 5, against an average of 3.2."
    )
    neutral = [_row("public_interest", 3.0, 3.0)]
    assert "a careful reader gave" in _second([forecast], scorecard=neutral)


def test_out_of_scope_is_a_rough_guess_with_a_warning() -> None:
    outside = ESTIMATE._replace(in_scope=False)
    first, second, warning = conclude(outside, [CONTRADICTED], {})
    assert first.startswith("At a rough guess")
    assert "such motions" not in first
    assert second.startswith("So far as the model can tell, the weak point is the harm")
    assert "unlike the training rulings" in warning
    long_paper = conclude(outside._replace(is_long_paper=True), [], {})[2]
    assert "coded or rated" in long_paper


def test_an_unproven_model_does_not_sound_sure() -> None:
    sentences = conclude(ESTIMATE._replace(is_proven=False), [CONTRADICTED], {})
    assert len(sentences) == 2
    assert "has not been shown to beat the base rate" in sentences[0]
    assert sentences[1].startswith("So far as the model can tell")
