"""Neighbors: likeness by leaves, terms and codings, and never a ruling of the own case."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import normalize

from data.schema import Motion
from features.build import COLUMNS
from train.fit.neighbors import save_neighbors
from train.model import neighbors as module
from train.model.calibration import Calibration
from train.model.damage import UnusableModel
from train.model.forest import Forest
from train.model.grant_model import Ensemble, GrantModel
from train.model.likeness import CLAIM_AREA, MOTION_TYPE, Compared
from train.model.neighbors import (
    ARRAYS,
    RECORD_FIELDS,
    RECORDS,
    Neighbors,
    bit_planes,
    count_differing_trees,
    load_neighbors,
)
from train.model.readings import Readings
from train.model.scope import Scope
from train.model.vocabulary import TermRow
from train.modes import BASES, MODES

RNG = np.random.default_rng(2)
N, K = 40, len(COLUMNS)
X = RNG.normal(size=(N, K)).astype(np.float32)
CATEGORIES = [index for index, column in enumerate(COLUMNS) if column.kind == "category"]
X[:, CATEGORIES] = RNG.integers(0, 3, (N, len(CATEGORIES)))
TERMS = normalize(csr_matrix(RNG.poisson(0.4, size=(N, 30)).astype(float)))
RECORD = dict.fromkeys(RECORD_FIELDS) | {"decided": "2024-05-06", "outcome": "granted"}


def _model() -> GrantModel:
    parameters = {"objective": "binary", "num_leaves": 5, "min_data_in_leaf": 3, "verbosity": -1}
    data = lgb.Dataset(X.astype(float), (X[:, 0] > 0).astype(float), params=parameters)
    forest = Forest.from_boosters([lgb.train(parameters, data, 20)])
    ensemble = Ensemble(forest, Calibration(0.0, 1.0, (0.0,), (1.0,)))
    names = tuple(column.name for column in COLUMNS)
    ensembles = dict.fromkeys(BASES, ensemble)
    return GrantModel(names, {}, ensembles, 0.5, Scope(frozenset(), (), {}), Readings({}))


MODEL = _model()
FOREST = MODEL.ensembles["rated"].forest
NEIGHBORS = Neighbors(
    records=tuple(
        RECORD
        | {
            "id": f"r{n}",
            "case_id": f"case {n // 2}",
            "caption": f"Movant {n}, Inc. v. City of Opponent {n // 4}",
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


def _compared(row: int, terms: TermRow | None) -> Compared:
    leaves = FOREST.leaf_indices(X[row : row + 1].astype(float))
    return Compared("coded", X[row].astype(float), leaves, terms)


def test_the_parts_of_the_likeness_are_leaves_terms_and_codings() -> None:
    motion = TermRow(np.array([1, 4, 7]), np.array([0.3, 2.0, 1.0]))
    dense = np.zeros((1, 30))
    dense[0, motion.columns] = motion.weights
    likeness = NEIGHBORS.likeness(MODEL, _compared(3, motion))
    leaves = FOREST.leaf_indices(X.astype(float))
    assert likeness.parts["model"] == pytest.approx((leaves == leaves[3]).mean(axis=1))
    assert likeness.parts["words"] == pytest.approx(cosine_similarity(TERMS, dense)[:, 0])
    assert likeness.parts["codings"][3] == pytest.approx(1.0)
    assert likeness.parts["ratings"][3] == pytest.approx(1.0)
    assert "forecast" not in likeness.parts
    assert likeness.same_claim_area.tolist() == (X[:, CLAIM_AREA] == X[3, CLAIM_AREA]).tolist()
    assert likeness.same_motion_type.tolist() == (X[:, MOTION_TYPE] == X[3, MOTION_TYPE]).tolist()


def test_without_terms_words_are_no_part_and_without_common_ones_they_are_unlike() -> None:
    assert "words" not in NEIGHBORS.likeness(MODEL, _compared(0, None)).parts
    nothing = TermRow(np.array([], dtype=int), np.array([]))
    assert not NEIGHBORS.likeness(MODEL, _compared(0, nothing)).parts["words"].any()


def test_an_unread_claim_area_is_shared_by_no_ruling() -> None:
    compared = _compared(0, None)
    compared.encoded[CLAIM_AREA] = np.nan
    assert not NEIGHBORS.likeness(MODEL, compared).same_claim_area.any()


@pytest.mark.parametrize(
    ("facts", "left_out"),
    [
        ({"case_id": "case 5"}, {10, 11}),
        ({"id": "r7"}, {6, 7}),
        ({"court": "nysd", "docket_number": "1:24-cv-00002"}, {2, 3}),
        ({"court": "cand", "docket_number": "1:24-cv-00002"}, set()),
        ({"court": "nysd", "caption": "Opponent 2 City v. Movant 9"}, {8, 9}),
        ({"court": "cand", "caption": "Opponent 2 City v. Movant 9"}, set()),
        ({"caption": "Movant 9 v. City of Opponent 2"}, set()),
        ({}, set()),
    ],
)
def test_rulings_of_the_own_case_are_left_out(facts: dict[str, str], left_out: set[int]) -> None:
    motion = Motion(motion_type="tro", motion="It asks for an order.", **facts)
    assert set(np.flatnonzero(~NEIGHBORS.from_other_cases(motion)).tolist()) == left_out


def test_rulings_joined_by_a_third_are_of_one_case() -> None:
    first = RECORD | {"id": "first", "case_id": "a", "court": "nysd"}
    second = first | {"id": "second", "docket_number": "1:24-cv-7"}
    third = RECORD | {"id": "third", "court": "nysd", "docket_number": "1:24-cv-7"}
    neighbors = replace(NEIGHBORS, records=(first, second, third))
    motion = Motion(motion_type="tro", motion="It asks for an order.", case_id="a")
    assert not neighbors.from_other_cases(motion).any()


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


def test_rulings_kept_before_the_kind_of_source_was_are_loaded_without_it(tmp_path: Path) -> None:
    save_neighbors(NEIGHBORS, tmp_path)
    lines = (tmp_path / RECORDS).read_text().splitlines()
    older = [{k: v for k, v in json.loads(line).items() if k != "source_kind"} for line in lines]
    (tmp_path / RECORDS).write_text("\n".join(map(json.dumps, older)))
    loaded = load_neighbors(tmp_path)
    assert loaded is not None
    assert {record["source_kind"] for record in loaded.records} == {None}


def test_damaged_neighbors_are_refused(tmp_path: Path) -> None:
    save_neighbors(NEIGHBORS, tmp_path)
    records = tmp_path / RECORDS
    records.write_text("".join(records.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(UnusableModel, match="different numbers of rulings"):
        load_neighbors(tmp_path)
    save_neighbors(NEIGHBORS, tmp_path)
    values = {column.name: ("a", "b", "c") for column in COLUMNS if column.kind == "category"}
    with pytest.raises(UnusableModel, match="terms are not those of the model"):
        NEIGHBORS.check_fits(replace(MODEL, categories=values), tmp_path)
    values["motion_type.motion_type"] = ("a", "b")
    with pytest.raises(UnusableModel, match=r"codes of motion_type\.motion_type that the model"):
        NEIGHBORS.check_fits(replace(MODEL, categories=values), tmp_path)
    (tmp_path / ARRAYS).write_text("not an archive")
    with pytest.raises(UnusableModel, match="damaged"):
        load_neighbors(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"granted": np.array([b"x"] * N)},
        {"granted": np.ones((N, 2), dtype=bool)},
        {"matrix_text": np.full((N, K), np.inf, dtype=np.float32)},
        {"matrix_text": np.full((N, K), -1, dtype=np.float32)},
        {"matrix_text": np.ones((N, K + 1), dtype=np.float32)},
        {"matrix_text": np.array("x")},
        {"indices": TERMS.indices + 1_000_000},
        {"indptr": TERMS.indptr[::-1]},
        {"data": TERMS.data * np.nan},
        {"shape": np.array([2**40, 2**40])},
        {"shape": np.array([-1, 2])},
        {"matrix_text": np.array([{}], dtype=object)},
        {"matrix_text": np.zeros((150, 1_000_000), dtype=np.bool_)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_hostile_arrays_are_refused(
    tmp_path: Path, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ARRAY_BYTES", 100_000_000)
    save_neighbors(NEIGHBORS, tmp_path)
    with np.load(tmp_path / ARRAYS) as arrays:
        kept = dict(arrays)
    np.savez_compressed(tmp_path / ARRAYS, **kept | changes)
    with pytest.raises(UnusableModel, match="damaged"):
        load_neighbors(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"id": 3}, {"decided": "x"}, {"decided": None}, {"outcome": "won"}, {"caption": ["x"]}],
    ids=str,
)
def test_hostile_records_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    changed = replace(NEIGHBORS, records=(*NEIGHBORS.records[1:], NEIGHBORS.records[0] | change))
    save_neighbors(changed, tmp_path)
    with pytest.raises(UnusableModel, match="damaged"):
        load_neighbors(tmp_path)
    (tmp_path / RECORDS).write_text("[" * 200_000)
    with pytest.raises(UnusableModel, match="nested too deeply"):
        load_neighbors(tmp_path)
