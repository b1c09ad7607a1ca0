"""Types of fields: the spellings accepted, and what JSON Schema says of them."""

import datetime
from typing import Any

import jsonschema_rs
import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from data.schema import Motion

MOTION = {"motion_type": "tro", "motion": "x"}
SCHEMA = jsonschema_rs.Draft202012Validator(Motion.model_json_schema())


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("motion_type", "TRO and PI", "tro_and_pi"),
        ("motion_type", " Tro-and-PI ", "tro_and_pi"),
        ("notice", "Ex parte", "ex_parte"),
        ("notice", " ", None),
        ("harm_types", ["Monetary", "monetary", "Voting"], ("monetary", "voting")),
        ("harm_types", [], ()),
        ("harm_types", None, None),
        ("pro_se", "yes", True),
        ("pro_se", "0.0", False),
        ("pro_se", 1, True),
        ("pro_se", "", None),
        ("id", 17, "17"),
        ("id", 17.0, "17"),
        ("id", 9007199254740993, "9007199254740993"),
        ("id", 10**320, "1" + 320 * "0"),
        ("id", "017", "017"),
        ("court", "ILND", "ilnd"),
        ("caption", " Ames v. Bell ", "Ames v. Bell"),
        ("decided", 2026, "2026"),
        ("decided", "2026.0", "2026"),
        ("decided", "2026-05", "2026-05"),
        ("decided", datetime.date(2026, 5, 6), "2026-05-06"),
        ("decided", pd.Timestamp("2026-05-06 10:30"), "2026-05-06"),
        ("decided", "2026-05-06T00:00:00Z", "2026-05-06"),
        ("decided", pd.NaT, None),
        ("delay_months", 1.5, 1.5),
        ("delay_months", np.nan, None),
        ("delay_months", pd.NA, None),
        ("irreparable_harm", "4", 4),
        ("irreparable_harm", 4.0, 4),
        ("motion", " kept\n", " kept\n"),
        ("opposition", " ", None),
    ],
)
def test_accepted_spellings(field: str, written: Any, value: Any) -> None:
    parsed = getattr(Motion.model_validate(MOTION | {field: written}), field)
    assert parsed == value
    assert type(parsed) is not bool or type(value) is bool


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("motion_type", "writ"),
        ("harm_types", "monetary"),
        ("pro_se", "perhaps"),
        ("decided", "2026-02-30"),
        ("decided", "05/06/2026"),
        ("decided", "2026-5-6"),
        ("delay_months", -1),
        ("delay_months", float("inf")),
        ("delay_months", True),
        ("irreparable_harm", 6),
        ("irreparable_harm", 5.5),
        ("irreparable_harm", True),
        ("motion", " \n"),
        ("motion", "\ud800"),
        ("id", [1]),
    ],
)
def test_refused_values(field: str, written: Any) -> None:
    with pytest.raises(ValidationError):
        Motion.model_validate(MOTION | {field: written})


@pytest.mark.parametrize(
    "change",
    [
        {"notice": " "},
        {"notice": None},
        {"pro_se": 1},
        {"pro_se": ""},
        {"id": 17},
        {"decided": 2026},
        {"decided": ""},
        {"decided": "2026-05"},
        {"delay_months": ""},
        {"harm_types": ""},
    ],
)
def test_json_schema_allows_what_is_parsed(change: dict[str, Any]) -> None:
    SCHEMA.validate(MOTION | change)
    Motion.model_validate(MOTION | change)


@pytest.mark.parametrize(
    "change", [{"decided": "May"}, {"motion": " "}, {"irreparable_harm": 6}, {"colour": "red"}]
)
def test_json_schema_refuses_what_is_refused(change: dict[str, Any]) -> None:
    assert not SCHEMA.is_valid(MOTION | change)
    with pytest.raises(ValidationError):
        Motion.model_validate(MOTION | change)
