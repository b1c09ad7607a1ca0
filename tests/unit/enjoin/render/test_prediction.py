"""Answers about one motion: the short one in some 20 lines, the full one with everything."""

from collections.abc import Callable
from typing import Any

import pytest

from data.schema import Motion
from enjoin.render.prediction import (
    show_answer,
    show_comparables,
    show_full_answer,
    show_what_if,
)
from serve.responses import (
    Answer,
    BaseRateAdjustment,
    ComparableRate,
    Estimate,
    Factor,
    FamilyShare,
    Performance,
    Phrase,
)
from serve.similar_rulings import Comparable, ComparablesAnswer
from serve.what_if.what_if import Change, WhatIf

MOTION = Motion(id="m-1", motion_type="tro", motion="A [rival] copied a mark.")
RATE = ComparableRate(
    rulings=20, granted=7, counted_as="relief at least in part", rate=0.35, low=0.18, high=0.57
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


def _answer(**changed: Any) -> Answer:
    estimate = Estimate(value=0.2, low=0.1, high=0.3)
    fields: dict[str, Any] = {
        "id": "m-1",
        "p_grant": 0.34,
        "p_low": 0.18,
        "p_high": 0.55,
        "interval": 0.9,
        "in_scope": True,
        "out_of_scope": [],
        "mode": "coded",
        "base_rate": 0.57,
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
    assert len(shown.splitlines()) <= 22
    for part in ("34%", "18% to 55%", "57%", "0.76", "0.200", "m-1", "enjoin/1", "--full"):
        assert part in shown
    assert "7 granted" in shown


def test_the_short_answer_shows_the_top_factors_each_way(rendered: Callable[..., str]) -> None:
    shown = rendered(show_answer, _answer(), MOTION)
    against, _, for_grant = shown.partition("For a grant")
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


def test_the_full_answer_shows_every_factor_and_phrase(rendered: Callable[..., str]) -> None:
    unlisted = _phrase("forum.circuit", "Ninth Circuit", 40)
    answer = _answer()
    answer.evidence.append(unlisted)
    shown = rendered(show_full_answer, answer, MOTION)
    assert all(f"factor number {n}" in shown and f'"quoted {n}"' in shown for n in range(8))
    assert "forum.circuit" in shown
    assert "motion 40-53" in shown
    assert "0.71 to 0.81" in shown
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
    for part in ("unusual words", "court 'x'", "Do not rely", "50% to 34%", "ilnd, from your"):
        assert part in shown


@pytest.mark.parametrize("show", [show_answer, show_full_answer])
def test_an_answer_may_lack_what_a_model_lacks(
    rendered: Callable[..., str], show: Callable[..., None]
) -> None:
    answer = _answer(performance=None, comparable_rate=None, factors=[], evidence=[])
    shown = rendered(show, answer, MOTION)
    assert "34%" in shown
    assert "For a grant" not in shown


def _change(label: str, points: float) -> Change:
    return Change(
        party="movant",
        label=label,
        changes={},
        p_grant=0.34 + points / 100,
        p_low=0.2,
        p_high=0.6,
        points=points,
    )


def test_what_if_shows_each_change_and_all_combined(rendered: Callable[..., str]) -> None:
    changes = [_change("file a [declaration]", 5.0), _change("narrow the order", 3.0)]
    answer = WhatIf(
        p_grant=0.34,
        p_low=0.18,
        p_high=0.55,
        current={},
        combined=_change("both", 7.5),
        changes=changes,
        model_version="enjoin/1",
    )
    shown = rendered(show_what_if, answer)
    for part in ("34%", "file a [declaration]", "narrow the order", "all combined", "+7.5"):
        assert part in shown
    single = answer.model_copy(update={"changes": changes[:1]})
    assert "all combined" not in rendered(show_what_if, single)
    assert "No change" in rendered(show_what_if, answer.model_copy(update={"changes": []}))


def test_comparables_show_what_is_shared_and_what_differs(rendered: Callable[..., str]) -> None:
    ruling = Comparable(
        id="r-1",
        caption="A v. B [2020]",
        court="N.D. Ill.",
        decided="2020-01-02",
        outcome="granted_in_part",
        citation=None,
        source="https://example.org/opinion",
        similarity=0.81,
        shared=["circuit: 7th Cir."],
        differences=[],
    )
    answer = ComparablesAnswer(
        court="N.D. Ill.", comparable_rate=RATE, rulings=[ruling], model_version="enjoin/1"
    )
    shown = rendered(show_comparables, answer)
    for part in ("A v. B [2020]", "N.D. Ill., 2020-01-02", "granted in part", "0.81", "7th Cir."):
        assert part in shown
    assert "different" not in shown
    assert "Of the 20 training rulings" in shown
