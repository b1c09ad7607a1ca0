"""Neighbors: proximity in the trees, cosine of the terms, and never a ruling of the own case."""

from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import normalize

from data.schema import Motion
from train.fit.neighbors import save_neighbors
from train.model.calibration import Calibration
from train.model.forest import Forest
from train.model.grant_model import Ensemble, GrantModel
from train.model.neighbors import (
    ARRAYS,
    RECORD_FIELDS,
    RECORDS,
    TEXT_WEIGHT,
    Neighbors,
    bit_planes,
    count_differing_trees,
    load_neighbors,
)
from train.model.scope import Scope
from train.model.store import UnusableModel
from train.model.vocabulary import TermRow
from train.modes import BASES, MODES

RNG = np.random.default_rng(2)
N, K = 40, 6
X = RNG.normal(size=(N, K)).astype(np.float32)
TERMS = normalize(csr_matrix(RNG.poisson(0.4, size=(N, 30)).astype(float)))
RECORD = dict.fromkeys(RECORD_FIELDS)


def _model() -> GrantModel:
    parameters = {"objective": "binary", "num_leaves": 5, "min_data_in_leaf": 3, "verbosity": -1}
    data = lgb.Dataset(X.astype(float), (X[:, 0] > 0).astype(float), params=parameters)
    forest = Forest.from_boosters([lgb.train(parameters, data, 20)])
    ensemble = Ensemble(forest, Calibration(0.0, 1.0, (0.0,), (1.0,)))
    names = tuple(f"column_{k}" for k in range(K))
    return GrantModel(names, {}, dict.fromkeys(BASES, ensemble), 0.5, Scope(frozenset(), (), {}))


MODEL = _model()
FOREST = MODEL.ensembles["rated"].forest
NEIGHBORS = Neighbors(
    records=tuple(
        RECORD
        | {
            "id": f"r{n}",
            "case_id": f"case {n // 2}",
            "court": "nysd",
            "docket_number": f"1:24-cv-0000{n}" if n < 4 else None,
        }
        for n in range(N)
    ),
    granted=X[:, 0] > 0,
    matrices=dict.fromkeys(MODES, X),
    terms=TERMS,
)


@pytest.mark.parametrize("most", [2, 5, 31, 256, 700])
def test_differing_trees_are_those_with_different_leaves(most: int) -> None:
    rng = np.random.default_rng(most)
    leaves = rng.integers(0, most, (1000, 130))
    leaves[:5] = leaves[5]
    leaves[0, 0] = most - 1
    n_bits = max(1, (most - 1).bit_length())
    counts = count_differing_trees(bit_planes(leaves, n_bits), bit_planes(leaves[:1], n_bits))
    assert np.array_equal(counts, (leaves != leaves[0]).sum(axis=1))


def test_similarity_blends_shared_leaves_and_the_cosine_of_terms() -> None:
    leaves = FOREST.leaf_indices(X.astype(float))
    motion = TermRow(np.array([1, 4, 7]), np.array([0.3, 2.0, 1.0]))
    dense = np.zeros((1, 30))
    dense[0, motion.columns] = motion.weights
    shared = (leaves == leaves[3]).mean(axis=1)
    cosine = cosine_similarity(TERMS, dense)[:, 0]
    similarity = NEIGHBORS.similarity(MODEL, "coded", leaves[3:4], motion)
    assert similarity == pytest.approx((1 - TEXT_WEIGHT) * shared + TEXT_WEIGHT * cosine)
    assert shared[3] == 1.0


def test_similarity_without_terms_is_the_proximity_alone() -> None:
    leaves = FOREST.leaf_indices(X.astype(float))
    nothing = TermRow(np.array([], dtype=int), np.array([]))
    alone = NEIGHBORS.similarity(MODEL, "text", leaves[:1], None)
    assert alone == pytest.approx((leaves == leaves[0]).mean(axis=1))
    empty = NEIGHBORS.similarity(MODEL, "text", leaves[:1], nothing)
    assert empty == pytest.approx((1 - TEXT_WEIGHT) * alone)


@pytest.mark.parametrize(
    ("facts", "left_out"),
    [
        ({"case_id": "case 5"}, {10, 11}),
        ({"id": "r7"}, {7}),
        ({"court": "nysd", "docket_number": "1:24-cv-00002"}, {2}),
        ({"court": "cand", "docket_number": "1:24-cv-00002"}, set()),
        ({}, set()),
    ],
)
def test_rulings_of_the_own_case_are_left_out(facts: dict[str, str], left_out: set[int]) -> None:
    motion = Motion(motion_type="tro", motion="It asks for an order.", **facts)
    assert set(np.flatnonzero(~NEIGHBORS.from_other_cases(motion)).tolist()) == left_out


def test_loaded_neighbors_are_the_saved_ones(tmp_path: Path) -> None:
    assert load_neighbors(tmp_path) is None
    save_neighbors(NEIGHBORS, tmp_path)
    loaded = load_neighbors(tmp_path)
    assert loaded is not None
    assert loaded.records == NEIGHBORS.records
    assert np.array_equal(loaded.granted, NEIGHBORS.granted)
    assert all(np.array_equal(loaded.matrices[mode], X) for mode in MODES)
    assert loaded.terms is not None
    assert (loaded.terms != TERMS).nnz == 0


def test_damaged_neighbors_are_refused(tmp_path: Path) -> None:
    save_neighbors(NEIGHBORS, tmp_path)
    records = tmp_path / RECORDS
    records.write_text("".join(records.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(UnusableModel, match="different numbers of rulings"):
        load_neighbors(tmp_path)
    (tmp_path / ARRAYS).write_text("not an archive")
    with pytest.raises(UnusableModel, match="damaged"):
        load_neighbors(tmp_path)
