"""Recorded readings of real papers, where they lie beside the checkout, and one made up here."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.schema import RATINGS
from features.coder.answers import CODED

LONG_PAPERS = Path(__file__).parents[5] / "shared" / "longpapers"


def _rows(name: str) -> dict[str, dict[str, Any]]:
    path = LONG_PAPERS / name
    if not path.is_file():
        pytest.skip(f"no {name} at {LONG_PAPERS}")
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row.pop("id"): row for row in rows}


@pytest.fixture(scope="session")
def recorded() -> dict[str, dict[str, Any]]:
    """Give the recorded answers to the protocol, by the id of the papers."""
    return _rows("readings.jsonl")


@pytest.fixture(scope="session")
def long_papers() -> dict[str, dict[str, Any]]:
    """Give the papers they are readings of: `motion`, and `opposition` or None."""
    return _rows("papers.jsonl")


@pytest.fixture(scope="session")
def opinions() -> dict[str, dict[str, Any]]:
    """Give the opinions the papers were cut from, with captions and paragraphs."""
    return _rows("opinions.jsonl")


@pytest.fixture
def answer() -> dict[str, Any]:
    """Give an answer to the protocol in which only a few fields are shown."""
    coded: dict[str, Any] = {name: {"value": None, "quotes": []} for name in CODED}
    coded |= {
        "motion_type": {"value": "tro", "quotes": []},
        "harm_types": {
            "value": ["confidential_information", "lost_customers_market"],
            "quotes": ["Hale copied the customer list the night before he resigned."],
        },
        "remedial_steps": {"value": [], "quotes": []},
        "remedial_scope": {"value": "none", "quotes": []},
        "past_incident": {"value": False, "quotes": []},
    }
    ratings = {name: {"value": 4, "reason": "The copying is not denied."} for name in RATINGS}
    accounts = {"motion": "A maker of pumps moves against a former salesman.", "opposition": None}
    forecast = {"value": 0.6, "reason": "Copying is not denied."}
    return {**coded, **ratings, "forecast": forecast, "summary": accounts}
