"""How well text is read is judged on cases that phrase writers have not read, beside two coders."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score

from data.embedded import embedded_rulings, first_coding
from data.schema import is_list
from data.splits import phrase_split
from train.evaluate.extraction import MIN_POSITIVES, Extraction, extract, extraction_tables, misread

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def found() -> Extraction:
    return extract(embedded_rulings()[:300])


def test_scores_are_those_of_scikit_learn(found: Extraction) -> None:
    indicators, families = extraction_tables(found)
    counted = indicators[indicators["positives"] >= MIN_POSITIVES]
    assert len(counted) > 20
    for place, row in counted.iterrows():
        known = found.known[:, place] > 0
        theirs = f1_score(found.coded[known, place], found.detected[known, place])
        assert row["f1"] == pytest.approx(theirs)
    means = counted.groupby("family", sort=False)["f1"].mean()
    told = families.set_index("family")["macro_f1"].dropna()
    assert told.to_dict() == pytest.approx(means.to_dict())


def test_a_coder_who_says_the_same_agrees_wholly_and_one_who_is_silent_not_at_all(
    found: Extraction,
) -> None:
    fields = {field for _, field, _ in found.names}
    same = {row.id: row.model_dump(mode="json", include=fields) for row in found.rulings}
    indicators, families = extraction_tables(found, same)
    assert set(indicators.loc[indicators["positives"] >= MIN_POSITIVES, "coders_f1"]) == {1.0}
    assert set(families["coders_macro_f1"].dropna()) == {1.0}
    silent = {row: {name: [] if is_list(name) else None for name in fields} for row in same}
    indicators, _ = extraction_tables(found, silent)
    lists = indicators["field"].map(is_list) & (indicators["positives"] >= MIN_POSITIVES)
    assert set(indicators.loc[lists, "coders_f1"]) == {0.0}
    assert indicators.loc[~lists, "coders_f1"].isna().all()
    indicators, families = extraction_tables(found)
    assert indicators["coders_f1"].isna().all()
    assert not families["coders_indicators"].any()


def test_two_coders_agree_better_than_chance_and_not_always(found: Extraction) -> None:
    families = extraction_tables(found, first_coding())[1].set_index("family")
    assert 0.7 < families.loc["harm", "coders_macro_f1"] < 0.95
    assert families.loc["harm", "coders_low"] < families.loc["harm", "coders_high"]


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
    place = [name[1:] for name in writing.names].index(("harm_types", "monetary"))
    differ = writing.known[:, place] * np.abs(writing.coded - writing.detected)[:, place]
    assert len(wrong) == differ.sum() > 0
