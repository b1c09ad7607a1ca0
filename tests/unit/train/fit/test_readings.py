"""What phrases read is measured against the codings of the rulings that may be used."""

from dataclasses import replace

import numpy as np
import pytest

from data.embedded import embedded_rulings, judged_circumstances
from data.schema import RATINGS, Ruling
from data.splits import phrase_split
from features.indicators import Reading
from features.text.cleaning import clean_paper
from train.dataset import build_training_set
from train.fit.readings import (
    ReadingChecks,
    check_readings,
    embedded_readings,
    fit_readings,
    held_out_rows,
)

RULINGS = embedded_rulings()[:300]


@pytest.fixture(scope="module")
def checks() -> ReadingChecks:
    return check_readings(RULINGS, held_out_rows(RULINGS))


def _ruling(id_: str, motion: str, **fields: object) -> Ruling:
    known = {"outcome": "denied", "outcome_basis": [], "decided": "2020-01-02", "court": "ilnd"}
    row = RULINGS[0].model_dump() | dict.fromkeys(Ruling.model_fields) | known
    row |= {"id": id_, "case_id": id_, "motion_type": "tro", "motion": motion} | fields
    return Ruling.model_validate({name: value for name, value in row.items() if value is not None})


def test_only_cases_that_phrase_writers_have_not_read_are_compared(checks: ReadingChecks) -> None:
    assert 50 < len(checks.rows) < 200
    assert all(phrase_split(RULINGS[row]) == "held_out" for row in checks.rows)


def test_what_is_read_stands_beside_what_was_coded() -> None:
    lost = "Customers were lost to the rival, and the rival keeps using its name."
    rulings = [
        _ruling("a", lost, harm_types=["lost_customers_market"], past_incident=True),
        _ruling("b", lost, harm_types=["voting"], past_incident=False),
        _ruling("c", lost),
        _ruling("d", "They wait.", harm_types=["lost_customers_market"], delay_months=6),
        _ruling("e", "They waited six months before suing.", delay_months=5),
        _ruling("f", "They waited two years before suing.", delay_months=6),
    ]
    checks = check_readings(rulings, np.arange(6))
    columns = {str(name): index for index, name in enumerate(checks.names)}

    def column(array: str, name: str) -> list[bool]:
        return getattr(checks, array)[:, columns[name]].tolist()

    name = "harm_types.lost_customers_market"
    assert column("read", name) == [True, True, True, False, False, False]
    # Nobody coded the third. Who coded the last two left the field empty: not shown.
    assert column("known", name) == [True, True, False, True, True, True]
    assert column("coded", name) == [True, False, False, True, False, False]
    assert column("right", name) == [True, False, False, False, False, False]
    assert column("right", "past_incident.true") == [True] + [False] * 5
    assert column("coded", "past_incident.true") == [True] + [False] * 5
    assert column("read", "past_incident.true")[:3] == [True] * 3
    # A delay may be a month off.
    assert column("coded", "delay_months")[3:] == [True, True, True]
    assert column("read", "delay_months")[3:] == [False, True, True]
    assert column("right", "delay_months")[3:] == [False, True, False]


def test_precision_is_the_share_that_is_right(checks: ReadingChecks) -> None:
    readings = fit_readings(checks)
    for k, name in enumerate(checks.names):
        hits = (checks.read & checks.known)[:, k].sum()
        if not hits:
            continue
        measured = readings.precision[name]
        assert (measured.hits, measured.right) == (hits, checks.right[:, k].sum())
        assert 0 <= measured.low <= measured.value <= measured.high <= 1
        assert measured.counts == (measured.hits >= 10 and measured.value >= 0.8)
    assert readings.counted


def test_only_the_rulings_that_may_be_used_are_measured(checks: ReadingChecks) -> None:
    half = checks.rows[: len(checks.rows) // 2]
    others = np.setdiff1d(np.arange(len(RULINGS)), checks.rows)
    readings = fit_readings(checks, np.concatenate([half, others]))
    chosen = np.isin(checks.rows, half)
    hits = (checks.read & checks.known)[chosen].sum(axis=0)
    for reading, measured in readings:
        assert measured.hits == hits[checks.names.index(reading)]
    altered = replace(checks, right=checks.right & chosen[:, None])
    assert fit_readings(altered, half) == fit_readings(checks, half)


def test_a_field_that_nobody_coded_takes_the_figures_of_the_embedded_rulings() -> None:
    uncoded = [
        ruling.model_copy(update={"id": f"own-{row}", "harm_types": None})
        for row, ruling in enumerate(RULINGS)
    ]
    checks = check_readings(uncoded, held_out_rows(uncoded))
    readings, embedded = fit_readings(checks), embedded_readings()
    voting, evidence = Reading("harm_types", "voting"), Reading("harm_evidence", "allegation")
    assert readings.precision[voting] == embedded.precision[voting]
    assert readings.precision[evidence] != embedded.precision[evidence]
    circumstances = {name for name, _ in embedded if name.field in RATINGS}
    assert circumstances <= set(readings.precision)


def test_circumstances_are_judged_for_embedded_rulings_that_phrase_writers_have_not_read() -> None:
    rows = embedded_rulings()
    held_out = {rows[row].id for row in held_out_rows(rows)}
    assert set(judged_circumstances()) <= held_out
    names = {name for judged in judged_circumstances().values() for name in judged}
    assert {name.split(".")[0] for name in names} == set(RATINGS)


def test_a_training_set_reads_each_paper_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned: list[str] = []
    monkeypatch.setattr(
        "features.document.clean_paper",
        lambda text, is_word: cleaned.append(text) or clean_paper(text, is_word),
    )
    build_training_set(RULINGS[:60])
    assert len(cleaned) == len(set(cleaned))
