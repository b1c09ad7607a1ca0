"""How rightly text is read is judged on cases that phrase writers have not read."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score

from data.embedded import embedded_rulings, first_coding
from data.schema import is_list
from data.splits import phrase_split
from train.evaluate.extraction import (
    DOCTRINE,
    MIN_POSITIVES,
    Extraction,
    extract,
    extraction_tables,
    later_precision,
    misread,
)
from train.fit.readings import fit_readings
from train.model.readings import MIN_HITS, MIN_PRECISION

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def found() -> Extraction:
    return extract(embedded_rulings()[::4])


def test_scores_are_those_of_scikit_learn(found: Extraction) -> None:
    checks = found.checks
    readings, families = extraction_tables(found)
    coded = readings[(readings["family"] != DOCTRINE) & (readings["value"] != "")]
    enough = coded[coded["positives"] >= MIN_POSITIVES]
    assert len(enough) > 20
    for index, row in enough.iterrows():
        known = checks.known[:, index]
        truth, read = checks.coded[known, index], checks.read[known, index]
        assert row["f1"] == pytest.approx(f1_score(truth, read))
        if row["hits"]:
            assert row["precision"] == pytest.approx(precision_score(truth, read))
    means = enough.groupby("family", sort=False)["f1"].mean()
    macro_f1 = families.set_index("family")["macro_f1"].dropna()
    assert macro_f1.to_dict() == pytest.approx(means.to_dict())


def test_a_reading_counts_by_its_precision_and_its_hits(found: Extraction) -> None:
    readings, families = extraction_tables(found)
    should = (readings["hits"] >= MIN_HITS) & (readings["precision"] >= MIN_PRECISION)
    assert readings["counts"].equals(should)
    assert 0 < should.sum() < len(readings)
    counted = readings[should]
    assert (counted["low"] <= counted["precision"]).all()
    assert (counted["precision"] <= counted["high"]).all()
    assert families["counted"].sum() == should.sum()
    pooled = families.dropna(subset=["precision"])
    assert (pooled["precision"] >= MIN_PRECISION).all()


def test_circumstances_are_judged_only_where_they_are_read(found: Extraction) -> None:
    readings = extraction_tables(found)[0]
    doctrine = readings[readings["family"] == DOCTRINE]
    assert doctrine["hits"].sum() > 100
    assert doctrine["recall"].isna().all()


def test_readings_are_chosen_on_earlier_years_and_judged_on_later_ones(found: Extraction) -> None:
    judged = later_precision(found, 2020)
    assert judged is not None
    precision, low, high, hits = judged
    assert low < precision < high
    assert hits > 50
    earlier = np.array([ruling.year < 2020 for ruling in found.rulings])
    counted = fit_readings(found.checks, np.flatnonzero(earlier)).counted
    chosen = [name in counted for name in found.checks.names]
    right = found.checks.right[~earlier][:, chosen].sum()
    assert precision == pytest.approx(right / hits)
    assert later_precision(found, 2100) is None


def test_a_coder_who_says_the_same_agrees_wholly_and_one_who_is_silent_not_at_all(
    found: Extraction,
) -> None:
    fields = {field for field, value in found.checks.names if value}
    same = {row.id: row.model_dump(mode="json", include=fields) for row in found.rulings}
    readings, families = extraction_tables(found, same)
    is_coded = (readings["positives"] >= MIN_POSITIVES) & (readings["family"] != DOCTRINE)
    assert set(readings.loc[is_coded & (readings["value"] != ""), "coders_f1"]) == {1.0}
    assert set(families["coders_macro_f1"].dropna()) == {1.0}
    silent = {row: {name: [] if is_list(name) else None for name in fields} for row in same}
    readings, _ = extraction_tables(found, silent)
    lists = readings["field"].map(is_list) & (readings["positives"] >= MIN_POSITIVES)
    assert set(readings.loc[lists, "coders_f1"]) == {0.0}
    assert readings.loc[~lists, "coders_f1"].isna().all()
    assert extraction_tables(found)[0]["coders_f1"].isna().all()


def test_two_coders_agree_better_than_chance_and_not_always(found: Extraction) -> None:
    families = extraction_tables(found, first_coding())[1].set_index("family")
    assert 0.7 < families.loc["harm", "coders_macro_f1"] < 0.95


def test_nothing_learns_from_the_first_coding() -> None:
    """It was made with the outcome in view: it is for judging what is read, and for that alone."""
    rooms = ("data", "features", "train", "serve", "enjoin")
    named = {
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "first_coding" in path.read_text(encoding="utf-8")
    }
    assert named == {"data/embedded.py", "train/tracking/log.py", "enjoin/commands/inspect.py"}
    assert {row.id for row in embedded_rulings()} == set(first_coding())


def test_phrase_writers_may_not_look_at_held_out_cases(found: Extraction) -> None:
    assert all(phrase_split(row) == "held_out" for row in found.rulings)
    with pytest.raises(ValueError, match="phrase writers may not read"):
        misread(found, "harm_types", "monetary")
    writing = extract(embedded_rulings()[:60], "writing")
    wrong = misread(writing, "harm_types", "monetary")
    index = writing.checks.names.index(("harm_types", "monetary"))
    checks = writing.checks
    differ = checks.known[:, index] & (checks.coded[:, index] != checks.read[:, index])
    assert len(wrong) == differ.sum() > 0
    with pytest.raises(ValueError, match="do not read"):
        misread(writing, "harm_types", "nonsense")
