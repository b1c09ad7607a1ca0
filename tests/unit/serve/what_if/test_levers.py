"""Levers: what a party could still bring about, and how that changes a field."""

from typing import Any

import pytest

from data.embedded import embedded_rulings
from serve.what_if.levers import CONDITION_FIELDS, Lever, LeverError, levers, read_levers


def test_the_levers_can_be_read_and_serve_both_parties() -> None:
    assert {lever.party for lever in levers()} == {"movant", "opponent"}


@pytest.mark.parametrize(
    ("lever", "current", "changed"),
    [
        (Lever("movant", "x", "harm_evidence", "to", "declaration"), None, "declaration"),
        (Lever("movant", "x", "harm_evidence", "to", "declaration"), "allegation", "declaration"),
        (Lever("movant", "x", "harm_evidence", "to", "declaration"), "admitted", None),
        (Lever("movant", "x", "notice", "to", "opposed", ("ex_parte",)), "ex_parte", "opposed"),
        (Lever("movant", "x", "notice", "to", "opposed", ("ex_parte",)), None, None),
        (Lever("opponent", "x", "remedial_steps", "add", "redesigned"), (), ("redesigned",)),
        (Lever("opponent", "x", "remedial_steps", "add", "redesigned"), ("redesigned",), None),
        (Lever("movant", "x", "speculation_signals", "remove", "a"), ("a", "b"), ("b",)),
        (Lever("movant", "x", "speculation_signals", "remove", "a"), ("b",), None),
        (Lever("movant", "x", "speculation_signals", "remove", "a"), None, None),
    ],
)
def test_a_lever_changes_only_what_can_change(lever: Lever, current: Any, changed: Any) -> None:
    assert lever.apply(current) == changed


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("party = 'judge'\nlabel = 'x'\nfield = 'notice'\nto = 'opposed'", "party must be one of"),
        ("party = 'movant'\nlabel = 'x'\nfield = 'n'\nto = 'opposed'", "not a field of a motion"),
        ("party = 'movant'\nlabel = 'x'\nfield = 'notice'\nto = 'o'", "not a value of notice"),
        ("party = 'movant'\nlabel = 'x'\nfield = 'notice'\nadd = 'opposed'", "notice takes to"),
        ("party = 'movant'\nlabel = 'x'\nfield = 'notice'", "expected party, label"),
        ("party = ", "levers.toml"),
    ],
)
def test_a_wrong_lever_is_named(table: str, expected: str) -> None:
    with pytest.raises(LeverError, match=expected):
        read_levers(f"[[lever]]\n{table}\n".encode())


REMEDIAL = "party = 'opponent'\nlabel = 'x'\nfield = 'remedial_steps'\nadd = 'redesigned'\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("only_for.claim_area = ['patent']", "a reason go together"),
        ("reason = 'none'", "a reason go together"),
        ("not_for.claim_area = ['x']\nreason = 'y'", "'x' is not a value of claim_area"),
        ("not_for.judge = ['x']\nreason = 'y'", "'judge' is not one of"),
        ("not_for = 'patent'\nreason = 'y'", "a field and a list of its values"),
        ("not_for.claim_area = 'patent'\nreason = 'y'", "a field and a list of its values"),
    ],
)
def test_a_wrong_condition_is_named(lines: str, expected: str) -> None:
    with pytest.raises(LeverError, match=expected):
        read_levers(f"[[lever]]\n{REMEDIAL}{lines}\n".encode())


def test_what_a_lever_makes_no_sense_for_wins() -> None:
    lines = (
        "only_for.claim_area = ['patent']\nonly_for.harm_types = ['monetary', 'voting']\n"
        "not_for.respondent_type = ['individual']\nreason = 'y'"
    )
    (lever,) = read_levers(f"[[lever]]\n{REMEDIAL}{lines}\n".encode())
    assert lever.makes_sense({"claim_area": "patent"})
    assert lever.makes_sense({"claim_area": "labor", "harm_types": ("voting",)})
    assert not lever.makes_sense({"claim_area": "labor", "harm_types": ("privacy_exposure",)})
    assert not lever.makes_sense({"claim_area": None, "harm_types": ()})
    assert not lever.makes_sense({"claim_area": "patent", "respondent_type": "individual"})


def test_steps_that_opponents_took_are_seldom_taken_for_senseless() -> None:
    for lever in levers():
        if not (lever.only_for or lever.not_for):
            continue
        took = [r for r in embedded_rulings() if lever.value in (getattr(r, lever.field) or ())]
        offered = [
            r for r in took if lever.makes_sense({f: getattr(r, f) for f in CONDITION_FIELDS})
        ]
        assert len(offered) >= 0.8 * len(took), lever.label
