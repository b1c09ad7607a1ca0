"""The schema against the codebook, and motions without labels."""

import re
from importlib.resources import files

import pytest

from data.embedded import embedded_rulings
from data.io.load import check_rows
from data.schema import (
    POST_RULING_FIELDS,
    Motion,
    Ruling,
    allowed_values,
    is_list,
    schema_digest,
)


def _codebook() -> dict[str, list[str]]:
    """Return the fields of the codebook, each with its allowed values ([] where it is free)."""
    text = (files("data") / "CODEBOOK.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([^|]+) \| (.+) \|$", text, re.MULTILINE)
    fields = {}
    for names, field_type, values in rows:
        for name in re.findall(r"`(\w+)`", names):
            listed = re.findall(r"`(\w+)`", values) if "enum" in field_type else []
            fields[name] = [value for value in listed if value != "null"]
    return fields


CODEBOOK = _codebook()


def test_the_schema_has_the_fields_of_the_codebook() -> None:
    assert set(CODEBOOK) == set(Ruling.model_fields)


@pytest.mark.parametrize("field", [name for name, values in CODEBOOK.items() if values])
def test_allowed_values_are_those_of_the_codebook(field: str) -> None:
    assert list(allowed_values(field)) == CODEBOOK[field]


def test_list_fields() -> None:
    lists = {name for name in Ruling.model_fields if is_list(name)}
    assert lists == {
        "harm_types",
        "remedial_steps",
        "speculation_signals",
        "merits_signals",
        "outcome_basis",
    }
    assert allowed_values("caption") == ()


def test_a_motion_has_no_field_of_a_ruling() -> None:
    assert {"outcome", "outcome_basis", "source_kind", "citation"} <= set(POST_RULING_FIELDS)
    motion = embedded_rulings()[0].as_motion()
    assert type(motion) is Motion
    assert not any(hasattr(motion, name) for name in POST_RULING_FIELDS)
    assert all(getattr(motion, name) is not None for name in ("id", "motion", "year"))


def test_the_digest_ignores_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema_digest()
    schema = Motion.model_json_schema()
    schema["properties"]["court"]["description"] = "other words"
    monkeypatch.setattr(Motion, "model_json_schema", lambda: schema)
    schema_digest.cache_clear()
    assert schema_digest() == before
    schema["properties"]["court"]["maxLength"] = 9
    schema_digest.cache_clear()
    assert schema_digest() != before
    schema_digest.cache_clear()


def test_a_delay_is_a_hundred_years_at_most() -> None:
    row = {"motion_type": "tro", "motion": "The owner asks the court to stop the sale."}
    assert check_rows([row | {"delay_months": 1200}], Motion).rows[0].delay_months == 1200
    (reject,) = check_rows([row | {"delay_months": 1201}], Motion).rejects
    assert "found 1201; expected months from 0 to 1200, a hundred years" in str(reject)
