"""Levers: what a party could still bring about, and how it changes a field."""

from typing import Any

import pytest

from serve.what_if.levers import Lever, LeverError, levers, read_levers


def test_the_levers_can_be_read_and_serve_both_parties() -> None:
    assert {lever.party for lever in levers()} == {"movant", "opponent"}


@pytest.mark.parametrize(
    ("lever", "shown", "pulled"),
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
def test_a_lever_changes_only_what_can_change(lever: Lever, shown: Any, pulled: Any) -> None:
    assert lever.pull(shown) == pulled


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("party = 'judge'\nsays = 'x'\nfield = 'notice'\nto = 'opposed'", "party must be one of"),
        ("party = 'movant'\nsays = 'x'\nfield = 'n'\nto = 'opposed'", "not a field of a motion"),
        ("party = 'movant'\nsays = 'x'\nfield = 'notice'\nto = 'o'", "not a value of notice"),
        ("party = 'movant'\nsays = 'x'\nfield = 'notice'\nadd = 'opposed'", "notice takes to"),
        ("party = 'movant'\nsays = 'x'\nfield = 'notice'", "expected party, says, field"),
        ("party = ", "levers.toml"),
    ],
)
def test_a_wrong_lever_is_named(table: str, told: str) -> None:
    with pytest.raises(LeverError, match=told):
        read_levers(f"[[lever]]\n{table}\n".encode())
