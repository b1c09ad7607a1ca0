"""Answers about one motion: the short one in some 20 lines, the full one with everything."""

from collections.abc import Callable
from typing import Any

import pytest

from data.schema import Motion
from enjoin.render.comparables import show_comparables
from enjoin.render.prediction import show_answer, show_full_answer
from features.phrases.lexicon import meaning
from serve.performance import Estimate, LongPapers, Performance
from serve.responses import (
    Answer,
    BaseRateAdjustment,
    ComparableRate,
    CorrectedForecast,
    CourthouseRate,
    Factor,
    FamilyShare,
    Phrase,
    ScorecardRow,
)
from serve.similar_rulings import Comparable, ComparablesAnswer, Likeness
from train.modes import based_on

MOTION = Motion(id="m-1", motion_type="tro", motion="A [rival] copied a mark.")
RATE = ComparableRate(
    rulings=20,
    granted=7,
    in_full=5,
    in_part=2,
    counted_as="relief at least in part",
    rate=0.35,
    low=0.18,
    high=0.57,
)


def _factor(number: int, points: float) -> Factor:
    return Factor(
        factor=f"harm.f{number}",
        family="harm evidence",
        label=f"factor number {number}",
        value=None,
        source="text",
        log_odds=points / 25,
        points=points,
        favors="movant" if points > 0 else "opponent",
    )


def _row(factor: str, value: float | None, favors: Any, points: float | None) -> ScorecardRow:
    return ScorecardRow(
        factor=factor,
        source="unknown" if value is None else "read",
        value=value,
        error=None if value is None else 0.8,
        average=3.2,
        favors=favors,
        points=points,
    )


def _phrase(factor: str, text: str, start: int = 0, negated: bool = False) -> Phrase:
    return Phrase(
        factor=factor,
        paper="motion",
        start=start,
        end=start + len(text),
        text=text,
        meaning=None,
        negated=negated,
        uncertain=False,
        speaker="movant",
        sentence=None,
    )


READ = Motion(motion_type="tro", motion="Stop it.", forecast=0.4, compensable=False)


def _answer(**changed: Any) -> Answer:
    estimate = Estimate(value=0.2, low=0.1, high=0.3)
    fields: dict[str, Any] = {
        "id": "m-1",
        "conclusion": ["About one in three is granted.", "The weak point is the [harm]."],
        "p_grant": 0.34,
        "p_low": 0.18,
        "p_high": 0.55,
        "interval": 0.9,
        "in_scope": True,
        "out_of_scope": [],
        "mode": "coded",
        "based_on": ["codings", "text"],
        "base_rate": 0.57,
        "courthouse_rate": CourthouseRate(
            rate=0.37, population="orders", source="a count", text="about 37% in federal court"
        ),
        "comparable_rate": RATE,
        "performance": Performance(
            rulings=340,
            first_year=2022,
            roc_auc=Estimate(value=0.76, low=0.71, high=0.81),
            brier_score=estimate,
            brier_difference=Estimate(value=-0.1, low=-0.2, high=-0.05),
        ),
        "notes": [],
        "base_log_odds": 0.3,
        "scorecard": [
            _row("likelihood_of_success", 2.1, "opponent", -9.8),
            _row("irreparable_harm", 3.3, "neither", 0.1),
            _row("balance_of_hardships", 4.1, "movant", 3.5),
            _row("public_interest", None, None, None),
        ],
        "families": [FamilyShare(family="harm evidence", log_odds=-0.5, points=-12.0)],
        "factors": [_factor(n, points) for n, points in enumerate((-9, 8, -7, 6, -5, 4, -3, 2))],
        "evidence": [_phrase(f"harm.f{n}", f"quoted {n}") for n in range(8)],
        "model_version": "enjoin/1",
        "model_digest": "a" * 64,
        "data_digest": "b" * 64,
    }
    return Answer(**(fields | changed))


def test_the_short_answer_fits_a_screen(rendered: Callable[..., str]) -> None:
    shown = rendered(show_answer, _answer(), MOTION)
    assert len(shown.splitlines()) <= 32
    for part in ("34%", "18% to 55%", "57%", "m-1", "enjoin/1", "--full"):
        assert part in shown
    assert "7 granted relief: 5 in full, 2 in part" in shown


@pytest.mark.parametrize("show", [show_answer, show_full_answer])
def test_an_answer_opens_with_its_conclusion(
    rendered: Callable[..., str], show: Callable[..., None]
) -> None:
    lines = rendered(show, _answer(in_scope=False, out_of_scope=["odd words"]), MOTION).splitlines()
    assert lines[1:3] == ["About one in three is granted.", "The weak point is the [harm]."]
    assert "odd words" in lines[3]  # a warning, right below it


def test_how_good_it_is_comes_last_and_only_in_full(rendered: Callable[..., str]) -> None:
    short = rendered(show_answer, _answer(), MOTION)
    assert "ROC AUC" not in short
    assert "Brier" not in short
    _, heading, after = rendered(show_full_answer, _answer(), MOTION).partition("How good is this?")
    assert heading
    for part in (
        "340 rulings of 2022",
        "76% of the time",
        "0.71 to 0.81",
        "0.200",
        "0.5 is chance",
    ):
        assert part in " ".join(after.split())
    assert "How good" not in rendered(show_full_answer, _answer(performance=None), MOTION)


@pytest.mark.parametrize("show", [show_answer, show_full_answer])
def test_the_scorecard_is_a_table_of_four_rows(
    rendered: Callable[..., str], show: Callable[..., None]
) -> None:
    rows = [line.split("  ") for line in rendered(show, _answer(), MOTION).splitlines()]
    cells = {row[0]: [cell.strip() for cell in row[1:] if cell.strip()] for row in rows}
    assert cells["likelihood of success"] == ["read", "2.1 ± 0.8", "3.2", "-9.8", "opponent"]
    assert cells["irreparable harm"][-1] == "neither"
    assert cells["balance of hardships"][-1] == "movant"
    assert cells["public interest"] == ["unknown", "?", "3.2"]


@pytest.mark.parametrize("show", [show_answer, show_full_answer])
def test_the_courthouses_rate_stands_beside_that_of_the_training_rulings(
    rendered: Callable[..., str], show: Callable[..., None]
) -> None:
    shown = " ".join(rendered(show, _answer(), MOTION).split())
    assert "57% of the training rulings, which overstate grants; about 37% in federal" in shown
    assert "--base-rate 0.37" in shown
    without = rendered(show, _answer(courthouse_rate=None), MOTION)
    assert "57% of the training rulings" in without
    assert "federal" not in without


def test_the_short_answer_shows_the_top_factors_each_way(rendered: Callable[..., str]) -> None:
    shown = rendered(show_answer, _answer(), MOTION)
    against, _, for_grant = shown.partition("For the movant")
    assert [n for n in range(8) if f"factor number {n}" in against] == [0, 2, 4]
    assert [n for n in range(8) if f"factor number {n}" in for_grant] == [1, 3, 5]
    assert '"quoted 3" (motion)' in for_grant
    assert "+6.0" in for_grant


def test_quotations_that_do_not_fit_are_counted(rendered: Callable[..., str]) -> None:
    quoted = [_phrase("harm.f0", f"{n} words of a brief that go on", n) for n in range(9)]
    shown = rendered(show_answer, _answer(evidence=[*quoted, quoted[0]]), MOTION)
    assert "and 7 more" in shown
    negated = _phrase("harm.f0", "no breach", negated=True)
    assert "motion, negated" in rendered(show_answer, _answer(evidence=[negated]), MOTION)


def test_the_reasons_of_the_reader_are_shown_with_the_factor(rendered: Callable[..., str]) -> None:
    reasons = {"irreparable_harm": "Stores close daily.", "forecast": "Registered mark."}
    answer = _answer(evidence=[])
    answer.factors[0] = answer.factors[0].model_copy(update={"factor": "forecast.reader"})
    short = rendered(show_answer, answer, MOTION, reasons=reasons)
    assert "Registered mark. (the reader)" in short
    assert "Stores close" not in short  # its factor is not among the largest
    full = rendered(show_full_answer, answer, MOTION, reasons=reasons)
    assert "analyst's rating of irreparable harm (1-5): Stores close daily. (the reader)" in full


def test_the_full_answer_shows_every_factor_and_phrase(rendered: Callable[..., str]) -> None:
    unlisted = _phrase("forum.circuit", "Ninth Circuit", 40)
    answer = _answer()
    answer.evidence.append(unlisted)
    shown = rendered(show_full_answer, answer, MOTION)
    assert all(f"factor number {n}" in shown and f'"quoted {n}"' in shown for n in range(8))
    assert "forum.circuit" in shown
    assert "motion 40-53" in shown
    assert "-12.0" in shown


@pytest.mark.parametrize("show", [show_answer, show_full_answer])
def test_warnings_are_in_both(rendered: Callable[..., str], show: Callable[..., None]) -> None:
    unproven = _answer().performance
    assert unproven is not None
    better = Estimate(value=0.0, low=-0.1, high=0.1)
    adjustment = BaseRateAdjustment(
        grant_rate=0.37, base_rate=0.57, court="ilnd", p_unadjusted=0.5, log_odds=-0.8, points=-20
    )
    answer = _answer(
        in_scope=False,
        out_of_scope=["unusual words"],
        notes=["court 'x' is not known"],
        performance=unproven.model_copy(update={"brier_difference": better}),
        base_rate_adjustment=adjustment,
    )
    shown = " ".join(rendered(show, answer, MOTION).split())
    for part in ("unusual words", "court 'x'", "Do not rely", "50% to 34%", "N.D. Ill., from your"):
        assert part in shown


@pytest.mark.parametrize("show", [show_answer, show_full_answer])
def test_an_answer_may_lack_what_a_model_lacks(
    rendered: Callable[..., str], show: Callable[..., None]
) -> None:
    answer = _answer(performance=None, comparable_rate=None, factors=[], evidence=[])
    shown = rendered(show, answer, MOTION)
    assert "34%" in shown
    assert "For the movant" not in shown


@pytest.mark.parametrize("show", [show_answer, show_full_answer])
def test_a_forecast_is_shown_with_its_correction(
    rendered: Callable[..., str], show: Callable[..., None]
) -> None:
    forecast = CorrectedForecast(given=0.4, corrected=0.31, spread=None)
    answer = _answer(mode="forecast", based_on=based_on(READ), forecast=forecast)
    shown = " ".join(rendered(show, answer, MOTION).split())
    assert (
        "Your estimate: 40%; recalibrated to 31%, the share granted among training rulings with "
        "such an estimate. With the papers: 34%"
    ) in shown
    reasons = {"forecast": "Registered mark."}
    assert "The reader's estimate: 40%" in rendered(show, answer, MOTION, reasons=reasons)
    assert "Based on a reader's forecast, codings and text" in shown  # it has no ratings
    several = forecast.model_copy(update={"spread": 0.42})
    shown = " ".join(rendered(show, _answer(mode="forecast", forecast=several), MOTION).split())
    assert "40%, the mean of several that differ by 0.42 in log-odds" in shown
    adjustment = BaseRateAdjustment(
        grant_rate=0.37, base_rate=0.57, court=None, p_unadjusted=0.5, log_odds=-0.8, points=-20
    )
    adjusted = answer.model_copy(update={"base_rate_adjustment": adjustment})
    shown = " ".join(rendered(show, adjusted, MOTION).split())
    assert "With the papers: 50% Adjusted from 50% to 34%" in shown
    assert "Your estimate" not in rendered(show, _answer(), MOTION)


@pytest.mark.parametrize("show", [show_answer, show_full_answer])
def test_a_long_paper_is_told_how_the_model_did_on_long_papers(
    rendered: Callable[..., str], show: Callable[..., None]
) -> None:
    usual = _answer().performance
    assert usual is not None
    long_papers = LongPapers(mode="text", words=(250, 3200), usual_words=59)
    difference = Estimate(value=0.016, low=-0.01, high=0.04)
    changed = {"rulings": 34, "first_year": None, "long_papers": long_papers}
    performance = usual.model_copy(update=changed | {"brier_difference": difference})
    answer = _answer(mode="text", performance=performance)
    shown = " ".join(rendered(show, answer, MOTION).split())
    if show is show_full_answer:
        assert "on 34 papers of 250 to 3,200 words. Of a motion" in shown
    assert shown.count("no better than the base rate") == 1
    assert "set ENJOIN_CODER" in shown


def test_quotes_of_the_reader_come_first_and_summaries_are_named(
    rendered: Callable[..., str],
) -> None:
    in_summary = _phrase("harm.f0", "a brief account")
    in_summary.paper = "summary"
    reply = _phrase("harm.f0", "nothing was taken", 9)
    reply.paper = "opposition_summary"
    quoted = _phrase("harm.f0", "the customers\n\nleft", 40)
    quoted.quoted = True
    answer = _answer(evidence=[in_summary, reply, quoted])
    short = rendered(show_answer, answer, MOTION)
    first, second = '"the customers left" (motion, quoted by the reader)', '"a brief account"'
    assert f"{first}, {second} (summary)" in short
    full = " ".join(rendered(show_full_answer, answer, MOTION).split())
    assert '"the customers left" (quoted by the reader) motion 40-59' in full
    assert '"nothing was taken" summary of the opposition 9-26' in full


def _comparables(**changes: Any) -> ComparablesAnswer:
    ruling = Comparable(
        id="r-1",
        caption="A v. B [2020]",
        court="Illinois",
        decided="2020-01-02",
        year=2020,
        outcome="granted_in_part",
        citation=None,
        source=None,
        source_kind=None,
        claim_area=None,
        motion_type="tro",
        similarity=0.81,
        likeness=Likeness(ratings=0.92, codings=0.53),
        shared=["default"],
        differences=[],
    )
    return ComparablesAnswer(
        court="Illinois",
        claim_area="tribal",
        motion_type="tro",
        ratings_inferred=False,
        comparable_rate=RATE,
        rulings=[ruling.model_copy(update=changes)],
        model_version="enjoin/1",
    )


def test_comparables_show_citation_likeness_and_what_is_shared(
    rendered: Callable[..., str],
) -> None:
    answer = _comparables(
        citation="100 F. Supp. 3d 1 (N.D. Ill. 2020)",
        claim_area="tribal",
        source="https://example.org/opinion",
        source_kind="brief",
    )
    shown = rendered(show_comparables, answer)
    subject = f"{meaning('claim_area', 'tribal')}, temporary restraining order"
    for part in (
        "A v. B [2020], 100 F. Supp. 3d 1 (N.D. Ill. 2020)",
        f"Listed first: rulings on a {subject}",
        f"granted in part; {subject}",
        "similarity 0.81: ratings 0.92, codings 0.53\n",
        "shared: default",
        "case brief or digest: https://example.org/opinion",
        "Of the 20 training rulings",
    ):
        assert part in shown
    assert "different" not in shown
    inferred = answer.model_copy(update={"ratings_inferred": True})
    assert "ratings inferred from the papers 0.92" in rendered(show_comparables, inferred)


@pytest.mark.parametrize(
    ("citation", "cited"),
    [(None, "(Illinois 2020)"), ("9 So. 2d 1", "(9 So. 2d 1, Illinois 2020)")],
)
def test_without_a_whole_citation_court_and_year_follow_the_case(
    rendered: Callable[..., str], citation: str | None, cited: str
) -> None:
    shown = rendered(show_comparables, _comparables(citation=citation))
    assert f"A v. B [2020] {cited}\n  granted in part; temporary restraining order\n" in shown
