"""Tables compare on the same rulings, whatever some fold lacks."""

import pandas as pd

from train.evaluate.protocols import drop_incomplete_models


def test_a_baseline_that_some_fold_lacks_is_left_out_of_its_protocol() -> None:
    rows = [
        ("rolling", 2022, "any", "base rate"),
        ("rolling", 2023, "any", "base rate"),
        ("rolling", 2022, "any", "forecasts"),  # a ruling of 2023 has none
        ("grouped", 1, "any", "base rate"),
        ("grouped", 1, "any", "forecasts"),
    ]
    table = pd.DataFrame(rows, columns=["protocol", "fold", "mode", "model"])
    kept = drop_incomplete_models(table)
    assert kept["model"].tolist() == ["base rate", "base rate", "base rate", "forecasts"]
    assert kept[kept["model"] == "forecasts"]["protocol"].tolist() == ["grouped"]
