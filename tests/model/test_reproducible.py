"""The same rulings and seed give the same model, to the byte, and the same figures."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from data.embedded import embedded_rulings
from train.dataset import fit_rows, label_rulings
from train.evaluate.protocols import evaluate
from train.model.store import model_digest, save_model

RULINGS = [row for row in embedded_rulings() if row.year >= 2024]
FIT = """
import sys
from pathlib import Path
import numpy as np
from data.embedded import embedded_rulings
from train.dataset import fit_rows, label_rulings
from train.model.store import model_digest, save_model

labelled = label_rulings([row for row in embedded_rulings() if row.year >= 2024])
rows = np.arange(len(labelled.rulings))
save_model(fit_rows(labelled, rows, {}, 3, 7).model, Path(sys.argv[1]))
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
    labelled = label_rulings(RULINGS)
    other = fit_rows(labelled, np.arange(len(RULINGS)), {}, 3, 8).model  # another seed: another
    save_model(other, tmp_path / "other")
    assert model_digest(tmp_path / "other") != first


def test_the_figures_are_the_same() -> None:
    labelled = label_rulings(RULINGS)
    first, again = (evaluate(labelled, first_test_year=2026, n_folds=2, n_bags=2) for _ in range(2))
    assert first.table.equals(again.table)
    assert first.beside.equals(again.beside)
    assert first.predictions.equals(again.predictions)
