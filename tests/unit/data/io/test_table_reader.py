"""A row as people keep it, to a row by field, and what is reported of it."""

from datetime import date
from typing import Any

import pytest

from data.io.load import check_rows
from data.io.table_reader import TableReader
from data.io.understood import Understood
from data.schema import Motion, Ruling

MOTION = {"motion_type": "tro", "motion": "text"}


def _read(**cells: Any) -> tuple[dict[str, Any], Understood]:
    reader = TableReader()
    row = reader.read(cells)
    assert not row.problems
    return row.fields, reader.understood


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("motion_type", "PI", "preliminary_injunction"),
        ("notice", "Ex parte", "Ex parte"),  # the schema's own spelling
        ("notice", "N/A", None),
        ("pro_se", "x", True),
        ("pro_se", "No", False),
        ("pro_se", "?", None),
        ("pro_se", 1, 1),
        ("court", "N.D. Cal.", "cand"),
        ("court", "n/a", None),
        ("decided", "2/16/2025", "2025-02-16"),
        ("decided", 20250216, "2025-02-16"),
        ("decided", "TBD", None),
        ("delay_months", "3 months", "3"),
        ("delay_months", "-", None),
        ("forecast", "35%", 0.35),
        ("harm_types", "money; vote", ["monetary", "voting"]),
        ("harm_types", "monetary, voting", ["monetary", "voting"]),
        ("harm_types", "monetary\nvoting", ["monetary", "voting"]),
        ("harm_types", '["monetary", null]', ["monetary"]),
        ("harm_types", "none", []),
        ("harm_types", "[]", []),
        ("harm_types", "unclear", None),
        ("harm_types", ["money"], ["monetary"]),
        ("remedial_scope", "none", "none"),
        ("caption", "N/A", "N/A"),  # the words of text are left alone
    ],
)
def test_a_cell_is_understood_and_told(field: str, cell: Any, value: Any) -> None:
    fields, understood = _read(**{field: cell})
    assert fields == {field: value}
    literal = ("notice", "caption", "remedial_scope")
    if value != cell and field not in literal and cell not in ("[]",):
        assert understood.readings or field == "harm_types"


def test_what_is_told_counts_rows_and_holds_no_words_of_papers() -> None:
    reader = TableReader()
    rows = [{"Motion Type": "PI", "Brief": "secret words", "Filed": date(2025, 1, 2)}] * 3
    checked = check_rows(rows, Motion, reader=reader)
    assert len(checked.rows) == 3
    understood = checked.understood
    assert understood.columns["Filed"] == ("decided", "synonym")
    assert understood.rows == {"Motion Type": 3, "Brief": 3, "Filed": 3}
    assert understood.readings["motion_type", "PI", "preliminary_injunction"] == 3
    assert "secret" not in str(understood.as_json())
    assert not understood.is_literal
    again = Understood.from_json(understood.as_json())
    assert again == understood
    again.add(understood)
    assert again.rows["Brief"] == 6


def test_a_plain_row_has_nothing_to_report() -> None:
    assert check_rows([MOTION], Motion, reader=TableReader()).understood.is_literal


def test_a_column_that_is_not_read_is_told() -> None:
    reader = TableReader()
    row = {"Filed": "2024", "Date Decided": "2025", "motion_type": "tro", "motion": "x"}
    (motion,) = check_rows([row], Motion, reader=reader).rows
    assert motion.decided == "2025"
    assert reader.understood.columns["Filed"] == ("", "decided")


def test_a_label_never_reaches_a_motion() -> None:
    row = MOTION | {"Ruling": "Granted", "id": "a", "decided": "2025"}
    checked = check_rows([row], Motion, reader=TableReader())
    assert checked.post_ruling_columns == ["outcome"]
    assert not hasattr(checked.rows[0], "outcome")
    (ruling,) = check_rows([row], Ruling, reader=TableReader()).rows
    assert ruling.outcome == "granted"


@pytest.mark.parametrize(
    ("field", "cell", "words"),
    [
        ("court", "N.D. Atlantis", "Bluebook form"),
        ("id", "1.23457E+17", "rounded"),
        ("caption", "#REF!", "error of Excel"),
        ("motion_type", "permanent injunction", "one of preliminary_injunction"),
        ("harm_types", "monetary;foo", "one of constitutional_right"),
        ("decided", "2/30/2025", "a date"),
    ],
)
def test_what_is_not_understood_quotes_the_cell(field: str, cell: str, words: str) -> None:
    (reject,) = check_rows([MOTION | {field: cell}], Motion, reader=TableReader()).rejects
    (problem,) = reject.problems
    assert problem.field == field
    assert words in problem.expected
    assert problem.found == ("foo" if field == "harm_types" else cell)
    assert reject.raw[field] == cell


def test_two_columns_for_one_field_reject_the_row() -> None:
    row = {"Motion Type": "PI", "MOTION TYPE": "TRO", "motion": "x"}
    (reject,) = check_rows([row], Motion, reader=TableReader()).rejects
    assert "could both be motion_type" in str(reject)


def test_an_unknown_court_may_be_kept() -> None:
    reader = TableReader(keeps_unknown_courts=True)
    (motion,) = check_rows([MOTION | {"court": "N.D. Atlantis"}], Motion, reader=reader).rows
    assert motion.court == "n.d. atlantis"
