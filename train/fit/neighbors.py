"""Keep the training rulings with a model, so that motions can be compared with them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.preprocessing import normalize

from data.arrays import Flags
from data.schema import Ruling
from features.document import take_papers
from features.frame import FeatureFrame
from train.model.encoding import encode
from train.model.grant_model import GrantModel
from train.model.neighbors import ARRAYS, RECORD_FIELDS, RECORDS, Neighbors
from train.modes import MODES, Mode

MAX_RULINGS = 20_000
"""Rulings kept with a model, the latest: more would make every answer slow."""


def fit_neighbors(
    model: GrantModel,
    rulings: Sequence[Ruling],
    granted: Flags,
    frames: dict[Mode, FeatureFrame],
) -> Neighbors:
    """Keep the training rulings for comparison, the latest `MAX_RULINGS` of them.

    Parameters
    ----------
    frames
        The rulings' frames that the model was fitted on, with out-of-fold inferred ratings.
    """
    by_date = sorted(range(len(rulings)), key=lambda row: rulings[row].decided)
    kept = np.array(sorted(by_date[-MAX_RULINGS:]), dtype=np.intp)
    matrices = {
        mode: encode(frames[mode].take(kept), model.columns, model.categories).astype(np.float32)
        for mode in MODES
    }
    papers = take_papers(frames["text"].papers, kept.tolist())
    terms = normalize(model.rating_model.vocabulary.matrix(papers)) if model.rating_model else None
    records = []
    for row in kept:
        fields = rulings[row].model_dump(mode="json", include=set(RECORD_FIELDS))
        records.append({name: fields[name] for name in RECORD_FIELDS})
    return Neighbors(tuple(records), granted[kept], matrices, terms)


def save_neighbors(neighbors: Neighbors, folder: Path) -> None:
    """Write the neighbors into a model's folder, as JSON lines and plain arrays."""
    lines = (json.dumps(record, sort_keys=True) + "\n" for record in neighbors.records)
    (folder / RECORDS).write_text("".join(lines), encoding="utf-8")
    arrays: dict[str, Any] = {f"matrix_{m}": matrix for m, matrix in neighbors.matrices.items()}
    arrays["granted"] = neighbors.granted
    if (terms := neighbors.terms) is not None:
        arrays |= {"data": terms.data, "indices": terms.indices, "indptr": terms.indptr}
        arrays["shape"] = np.array(terms.shape)
    np.savez_compressed(folder / ARRAYS, **arrays)
