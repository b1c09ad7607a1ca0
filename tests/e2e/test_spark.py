"""In Spark the registered model gives the same probabilities as the predictor."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.embedded import clearview_motion, embedded_rulings
from data.schema import is_list
from train.modes import MODES, masked

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java", allow_module_level=True)

from pyspark.sql import SparkSession

from serve.examples.spark_score import main

MOTIONS = [clearview_motion()] + [
    masked(row.as_motion(), mode) for row in embedded_rulings()[::200] for mode in MODES
]
MOTIONS = [motion.model_copy(update={"id": f"m{i}"}) for i, motion in enumerate(MOTIONS)]
ROWS = [motion.model_dump(mode="json") for motion in MOTIONS]
WRONG = {"id": "wrong", "motion_type": "nonsense"}


@pytest.fixture(scope="module")
def spark(trained: Any) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        settings = {
            "spark.driver.host": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "1",
            "spark.sql.warehouse.dir": str(trained.folder / "warehouse"),
        }
        session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
        yield session
        session.stop()


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_same_probabilities_and_wrong_rows_apart(
    trained: Any, spark: Any, tmp_path: Path, kind: str
) -> None:
    source, output = tmp_path / f"in.{kind}", tmp_path / "scored"
    frame = pd.DataFrame([*ROWS, WRONG]).assign(**{"court.file": "kept"})
    if kind == "csv":
        for name in filter(is_list, ROWS[0]):
            frame[name] = frame[name].map(lambda v: ";".join(v) or "[]", na_action="ignore")
        frame.to_csv(source, index=False)
    else:
        frame.to_parquet(source)
    assert main(str(source), str(output), "models:/enjoin/1") == 3

    table = pd.read_parquet(output).set_index("id").loc[[motion.id for motion in MOTIONS]]
    expected = trained.predictor.score(MOTIONS).set_index("id")
    figures = ["p_grant", "p_low", "p_high"]
    assert np.allclose(table[figures], expected[figures], atol=1e-9, rtol=0)
    for name in set(expected) - set(figures):
        assert table[name].isna().tolist() == expected[name].isna().tolist()
        assert table[name].dropna().tolist() == expected[name].dropna().tolist()
    assert set(table["court.file"]) == {"kept"}
    lines = [line for part in tmp_path.glob("scored.rejects/*.json") for line in part.open()]
    assert [json.loads(line)["id"] for line in lines] == ["wrong"]
    reasons = json.loads(lines[0])["reasons"]
    assert 'motion_type: found "nonsense"; expected one of' in reasons
    assert "motion: missing" in reasons
