"""The same rulings and seed give the same model, to the byte, and the same figures."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from data.embedded import embedded_rulings
from train.dataset import build_training_set, fit_subset
from train.evaluate.protocols import evaluate
from train.model.store import model_digest, save_model
from train.settings import TrainSettings

SETTINGS = TrainSettings(first_test_year=2026, n_folds=2, n_bags=2)
RULINGS = [row for row in embedded_rulings() if row.year >= 2024]
FIT = """
import sys
from pathlib import Path
import numpy as np
from data.embedded import embedded_rulings
from train.dataset import fit_subset, build_training_set
from train.model.store import model_digest, save_model

training_set = build_training_set([row for row in embedded_rulings() if row.year >= 2024])
rows = np.arange(len(training_set.rulings))
save_model(fit_subset(training_set, rows, {}, 3, 7).model, Path(sys.argv[1]))
print(model_digest(Path(sys.argv[1])))
"""


ROOT = Path(__file__).parents[2]


def _digest_in_another_process(folder: Path, hash_seed: str) -> str:
    # Another seed of Python's hashes: no order of a set may reach the model.
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", FIT, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_model_is_the_same_to_the_byte(tmp_path: Path) -> None:
    first = _digest_in_another_process(tmp_path / "first", "1")
    assert first == _digest_in_another_process(tmp_path / "second", "2")
    training_set = build_training_set(RULINGS)
    other = fit_subset(
        training_set, np.arange(len(RULINGS)), {}, 3, 8
    ).model  # another seed: another
    save_model(other, tmp_path / "other")
    assert model_digest(tmp_path / "other") != first


def test_the_figures_are_the_same() -> None:
    training_set = build_training_set(RULINGS)
    first, again = (evaluate(training_set, SETTINGS) for _ in range(2))
    assert first.table.equals(again.table)
    assert first.baseline_differences.equals(again.baseline_differences)
    assert first.predictions.equals(again.predictions)
