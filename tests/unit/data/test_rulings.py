"""Checks on the embedded rulings themselves."""

import re
from importlib.resources import files

import pytest

from data.embedded import clearview_motion, embedded_rulings, reader_forecasts
from data.schema import POST_RULING_FIELDS, Motion, Ruling, allowed_values


def test_ids_are_unique_and_forecast() -> None:
    ids = [ruling.id for ruling in embedded_rulings()]
    assert len(ids) == len(set(ids)) == 2180
    assert set(reader_forecasts()) == set(ids)
    assert all(0 <= p <= 1 for p in reader_forecasts().values())


def test_clearview_is_no_training_row() -> None:
    motion = clearview_motion()
    for ruling in embedded_rulings():
        assert ruling.id != motion.id
        assert "clearview" not in ruling.caption.lower()
        assert ruling.docket_number != motion.docket_number or ruling.court != motion.court


def _codebook() -> dict[str, list[str]]:
    text = (files("data") / "CODEBOOK.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([^|]+) \| (.+) \|$", text, re.MULTILINE)
    found = {}
    for names, kind, values in rows:
        for name in re.findall(r"`(\w+)`", names):
            listed = re.findall(r"`(\w+)`", values) if "enum" in kind else []
            found[name] = [value for value in listed if value != "null"]
    return found


def test_schema_has_every_codebook_field_and_no_other() -> None:
    assert set(_codebook()) - {"forecast"} == set(Ruling.model_fields)


@pytest.mark.parametrize("field", [name for name in _codebook() if _codebook()[name]])
def test_enums_are_those_of_the_codebook(field: str) -> None:
    assert list(allowed_values(field)) == _codebook()[field]


def test_a_motion_holds_no_later_fact() -> None:
    assert {"outcome", "outcome_basis", "source_kind", "citation"} <= set(POST_RULING_FIELDS)
    motion = embedded_rulings()[0].as_motion()
    assert type(motion) is Motion
    assert not any(hasattr(motion, name) for name in POST_RULING_FIELDS)
