"""A saved model: the same after loading, plain text only, and refused where it does not fit."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from data.io.redact import MAX_MESSAGE
from features.build import COLUMNS
from features.indicators import Reading
from train.model.calibration import Calibration
from train.model.forest import Forest
from train.model.grant_model import Ensemble, GrantModel
from train.model.neighbors import ARRAYS, RECORDS, load_neighbors
from train.model.rating_line import RatingLine
from train.model.readings import Precision, Readings
from train.model.scope import Scope
from train.model.store import (
    FORMAT,
    UnusableModel,
    load_model,
    model_digest,
    model_folder,
    save_model,
)
from train.modes import BASES

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, len(COLUMNS)))


def _ensemble(seed: int) -> Ensemble:
    parameters = {"objective": "binary", "num_leaves": 4, "verbosity": -1, "seed": seed}
    data = lgb.Dataset(X, (X[:, seed] > 0).astype(float))
    boosters = [lgb.train(parameters, data, rounds) for rounds in (3, 5)]
    return Ensemble(
        Forest.from_boosters(boosters),
        Calibration(0.1, 1 / 3, (0.1, 0.2), (1.0, 0.7), 0.4),
        rating_line=RatingLine(0.2, (1.0, 0.5, 1 / 3, 0.0), (3.0, 2.9, 3.1, 3.0)) if seed else None,
    )


MODEL = GrantModel(
    columns=tuple(column.name for column in COLUMNS),
    categories={"forum.court": ("cand", "nysd")},
    ensembles={basis: _ensemble(seed) for seed, basis in enumerate(BASES)},
    base_rate=0.57,
    scope=Scope(frozenset({"order"}), (0.0, 0.25), {"forum.level": {"district": 3}}),
    readings=Readings({Reading("harm_types", "voting"): Precision(12, 11, 0.7, 1.0)}),
    facts={"n_bags": 2},
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_model(MODEL, tmp_path / "model")
    return tmp_path / "model"


def test_a_loaded_model_is_the_saved_one(saved: Path) -> None:
    loaded = load_model(saved)
    for name in ("columns", "categories", "base_rate", "rating_model", "readings", "facts"):
        assert getattr(loaded, name) == getattr(MODEL, name)
    assert loaded.scope.to_json() == MODEL.scope.to_json()
    for basis in BASES:
        saved_one, loaded_one = MODEL.ensembles[basis], loaded.ensembles[basis]
        assert loaded_one.calibration == saved_one.calibration
        assert loaded_one.rating_line == saved_one.rating_line
        assert np.array_equal(loaded_one.offsets(X), saved_one.offsets(X))
        assert np.array_equal(loaded_one.forest.raw_scores(X), saved_one.forest.raw_scores(X))


def test_files_are_text_and_nothing_temporary_is_left(saved: Path) -> None:
    assert {path.suffix for path in saved.rglob("*") if path.is_file()} == {".json", ".txt"}
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_saving_again_replaces_the_folder(saved: Path) -> None:
    digest = model_digest(saved)
    (saved / "unrated" / "bag_007.txt").write_text("a bag of an older model")
    assert model_digest(saved) != digest
    save_model(MODEL, saved)
    assert model_digest(saved) == digest


def _set(**fields: Any) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / "model.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | fields))

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set(format=FORMAT - 1), f"format {FORMAT - 1}"),
        (_set(columns=["harm.odour"]), "other features"),
        (_set(lexicon_digest="0"), "another lexicon"),
        (_set(has_rating_model=True), "damaged"),
        (_set(base_rate="high"), "damaged"),
        (_set(n_bags={"forecast": 2, "rated": 3, "unrated": 2}), "no file.*bag_002"),
        (lambda folder: (folder / "scope.json").unlink(), r"no file.*scope\.json"),
        (lambda folder: (folder / "model.json").write_text("{"), "damaged"),
        (lambda folder: (folder / "rated" / "bag_000.txt").write_text("tree"), "damaged"),
    ],
)
def test_an_unusable_model_is_refused(
    saved: Path, change: Callable[[Path], object], words: str
) -> None:
    change(saved)
    with pytest.raises(UnusableModel, match=words):
        load_model(saved)


SECRET = "Plaintiff Doe fears"


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content + SECRET.encode() + b" \xe9 " + SECRET.encode(),
        lambda content: json.dumps(SECRET).encode(),
        lambda content: json.dumps([SECRET]).encode(),
        lambda content: json.dumps({SECRET: SECRET}).encode(),
        lambda content: SECRET.encode() + content[: len(content) // 2],
        lambda content: content.replace(b"0.", SECRET.encode()).replace(b"3", b"x"),
        lambda content: b"",
    ],
)
@pytest.mark.parametrize(
    "name", ["model.json", "scope.json", "rated/bag_000.txt", "rulings.jsonl", "rulings.npz"]
)
def test_an_error_holds_no_words_of_the_file(
    saved: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    for file in (RECORDS, ARRAYS):
        (saved / file).write_text(json.dumps({"motion": "x"}))
    target = saved / {"rulings.jsonl": RECORDS, "rulings.npz": ARRAYS}.get(name, name)
    target.write_bytes(damage(target.read_bytes()))
    load: Callable[[Path], object] = load_neighbors if name.startswith("rulings") else load_model
    with pytest.raises(UnusableModel) as refused:
        load(saved)
    message = str(refused.value)
    assert "damaged" in message or "other features" in message
    assert not {"Plaintiff", "Doe", "fears"} & set(re.findall(r"\w+", message))
    assert len(message.replace(str(saved), "")) <= MAX_MESSAGE


def test_a_model_is_found_inside_a_folder(saved: Path) -> None:
    assert model_folder(saved, "here") == saved
    assert model_folder(saved.parent, "here") == saved
    save_model(MODEL, saved.parent / "other")
    with pytest.raises(FileNotFoundError, match="here holds 2 models"):
        model_folder(saved.parent, "here")
    with pytest.raises(FileNotFoundError, match="here holds no model"):
        model_folder(saved / "rated", "here")
