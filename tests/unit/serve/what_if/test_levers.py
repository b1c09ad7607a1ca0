"""Levers: what a party could still bring about, and how that changes a field."""

from typing import Any

import pytest

from serve.what_if.levers import Lever, LeverError, levers, read_levers


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
