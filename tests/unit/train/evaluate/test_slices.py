"""Slices: counted right, and blamed only where more than chance speaks against them."""

import numpy as np
import pandas as pd

from data.embedded import embedded_rulings
from train.evaluate.slices import MIN_SLICE_SIZE, SLICES, slice_facts, slice_table

RULINGS = list(embedded_rulings())
FACTS = pd.DataFrame([slice_facts(ruling) for ruling in RULINGS])


def _predictions(p: "np.ndarray", seed: int = 0) -> pd.DataFrame:
    granted = np.random.default_rng(seed).random(len(RULINGS)) < 0.5
    return FACTS.assign(
        protocol="grouped", mode="text", granted=granted, p_grant=p, case=np.arange(len(RULINGS))
    )


def test_every_ruling_is_in_one_slice_of_each_grouping() -> None:
    table = slice_table(_predictions(np.full(len(RULINGS), 0.5)))
    counts = table.drop_duplicates(["grouping", "slice"]).groupby("grouping")["n"].sum()
    assert set(counts.index) == set(SLICES)
    assert (counts == len(RULINGS)).all()


def test_a_slice_is_named_only_where_it_is_off() -> None:
    table = slice_table(_predictions(np.full(len(RULINGS), 0.5)))
    assert not table["off"].any()
    wrong = np.where(FACTS["source"] == "news", 0.9, 0.5)
    table = slice_table(_predictions(wrong))
    off = set(table.loc[table["off"], "slice"])
    assert "news" in off
    assert "opinion" not in off
    few = table[table["n"] < MIN_SLICE_SIZE]
    assert not few.empty
    assert not few["off"].any()
