"""Keep the training rulings with a model, so that motions can be compared with them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.preprocessing import normalize

from data.schema import Ruling
from features.frame import FeatureFrame
from train.model.calibration import Flags
from train.model.encoding import encode
from train.model.grant_model import GrantModel
from train.model.neighbors import ARRAYS, RECORDS, SHOWN, Comparables
from train.modes import MODES, Mode

MOST_KEPT = 20_000
"""Rulings kept with a model, the latest: more would make every answer slow."""


def fit_comparables(
    model: GrantModel,
    rulings: Sequence[Ruling],
    granted: Flags,
    frames: dict[Mode, FeatureFrame],
) -> Comparables:
    """Keep the training rulings for comparison, the latest where there are very many.

    Parameters
    ----------
    frames
        The rulings' frames as the model saw them, with out-of-fold readings.
    """
    latest = sorted(range(len(rulings)), key=lambda row: rulings[row].decided)[-MOST_KEPT:]
    kept = np.array(sorted(latest), dtype=np.intp)
    matrices = {
        mode: encode(frames[mode].take(kept), model.columns, model.categories).astype(np.float32)
        for mode in MODES
    }
    papers = [frames["text"].papers[row] for row in kept]
    terms = normalize(model.readers.vocabulary.matrix(papers)) if model.readers else None
    records = []
    for row in kept:
        facts = rulings[row].model_dump(mode="json", include=set(SHOWN))
        records.append({name: facts[name] for name in SHOWN})
    return Comparables(tuple(records), granted[kept], matrices, terms)


def save_comparables(comparables: Comparables, folder: Path) -> None:
    """Write comparables into a model's folder, as JSON lines and plain arrays."""
    lines = (json.dumps(record, sort_keys=True) + "\n" for record in comparables.records)
    (folder / RECORDS).write_text("".join(lines), encoding="utf-8")
    arrays: dict[str, Any] = {f"matrix_{m}": matrix for m, matrix in comparables.matrices.items()}
    arrays["granted"] = comparables.granted
    if (terms := comparables.terms) is not None:
        arrays |= {"data": terms.data, "indices": terms.indices, "indptr": terms.indptr}
        arrays["shape"] = np.array(terms.shape)
    np.savez_compressed(folder / ARRAYS, **arrays)
