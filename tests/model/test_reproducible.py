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
RULINGS = [row for row in embedded_rulings() if row.year >= 2024][::2]
FIT = """
import sys
from pathlib import Path
import numpy as np
from data.embedded import embedded_rulings
from train.dataset import build_training_set, fit_subset
from train.model.store import model_digest, save_model

rulings = [row for row in embedded_rulings() if row.year >= 2024][::2]
model = fit_subset(build_training_set(rulings), np.arange(len(rulings)), {}, 2, 7).model
save_model(model, Path(sys.argv[1]))
print(model_digest(Path(sys.argv[1])))
"""


def _digest_in_another_process(folder: Path, hash_seed: str) -> str:
    # With another seed of Python's hashes: no order of a set may reach the model.
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", FIT, str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_model_is_the_same_to_the_byte(tmp_path: Path) -> None:
    training_set = build_training_set(RULINGS)
    digests = []
    for seed in (7, 8):
        save_model(
            fit_subset(training_set, np.arange(len(RULINGS)), {}, 2, seed).model, tmp_path / "model"
        )
        digests.append(model_digest(tmp_path / "model"))
    assert _digest_in_another_process(tmp_path / "other", "1") == digests[0]
    assert digests[0] != digests[1]


def test_the_figures_are_the_same() -> None:
    training_set = build_training_set(RULINGS)
    first, again = (evaluate(training_set, SETTINGS) for _ in range(2))
    assert first.table.equals(again.table)
    assert first.baseline_differences.equals(again.baseline_differences)
    assert first.predictions.equals(again.predictions)
