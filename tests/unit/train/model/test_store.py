"""A saved model: the same after loading, plain text only, and refused where it does not fit."""

import copy
import json
import os
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from data.io.redact import MAX_MESSAGE
from features.build import COLUMNS
from features.indicators import Reading
from train.model.calibration import Calibration
from train.model.damage import UnusableModel
from train.model.forest import Forest
from train.model.grant_model import Ensemble, GrantModel
from train.model.neighbors import ARRAYS, RECORDS, load_neighbors
from train.model.rating_line import RatingLine
from train.model.readings import Precision, Readings
from train.model.scope import Scope
from train.model.store import (
    FORMAT,
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
    scope=Scope(
        frozenset({"order"}),
        (0.0, 0.25),
        {"forum.level": {"district": 3}, "motion_type.motion_type": {"tro": 3}},
    ),
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
        (_set(n_bags={"forecast": 2, "rated": 3, "unrated": 2}), "rated is not of 3 bags"),
        (lambda folder: (folder / "rated" / "bag_001.txt").unlink(), "no file.*bag_001"),
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


HOSTILE = (
    "null", "-1", "0", "2", "1e400", "1e308", "NaN", "-Infinity", "true", '"x"', "[]", "{}",
    "[null]", '{"a": 1}', '"\\ud800"', "1" + "0" * 400, "1" + "0" * 5000, "[" * 3000 + "]" * 3000,
    "[" * 200_000, "1000000000", '"' + "x" * 200_000 + '"', "",
)  # fmt: skip
FACTS = {
    "median_words": 59,
    "performance": {
        "first_test_year": 2022,
        "text": {
            "rulings": 9,
            "roc_auc": [0.6, 0.5, 0.7],
            "brier_score": [0.2, 0.1, 0.3],
            "brier_difference": [-0.1, -0.2, float("nan")],
        },
    },
    "value_outcomes": {"claim_area": {"patent": [19, 16]}},
    "distribution": {"text": {"harm.timing": {"counts": [3, 4], "edges": [0.0]}}},
}


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the places of all values in a value of JSON; of a long list, of the first two."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))[:2]
    return [place, *(each for key, item in items for each in _places(item, (*place, key)))]


def _with_value(content: Any, place: tuple[Any, ...], hostile: str) -> str:
    marked = copy.deepcopy(content)
    if not place:
        return hostile
    target = marked
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = "@marked@"
    return json.dumps(marked).replace('"@marked@"', hostile)


def _load_or_refuse(folder: Path) -> None:
    try:
        model = load_model(folder)
        for ensemble in model.ensembles.values():
            assert np.isfinite(ensemble.forest.raw_scores(X)).all()
            scores, spreads = ensemble.forest.raw_scores(X), np.zeros(len(X))
            estimates = ensemble.probabilities(scores, X, spreads)
            assert ((estimates >= 0) & (estimates <= 1)).all()
        assert 0 < model.base_rate < 1
        json.dumps(model.facts).encode()
    except UnusableModel as refused:
        message = str(refused).replace(str(folder), "")
        assert len(message) <= MAX_MESSAGE, message
        assert "@" not in message
        assert "xxxx" not in message


@pytest.mark.parametrize("name", ["model.json", "scope.json"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_whatever_a_file_holds_it_is_loaded_or_refused(tmp_path: Path, name: str) -> None:
    """Each value of each file becomes a hostile one; the sample is the same at every run."""
    folder = tmp_path / "model"
    save_model(replace(MODEL, facts=FACTS), folder)
    content = json.loads((folder / name).read_text())
    tries = [(place, hostile) for place in _places(content) for hostile in HOSTILE]
    for place, hostile in random.Random(0).sample(tries, min(len(tries), 250)):
        (folder / name).write_text(_with_value(content, place, hostile))
        _load_or_refuse(folder)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_whatever_a_tree_holds_it_is_used_or_refused(saved: Path) -> None:
    bag = saved / "rated" / "bag_000.txt"
    lines = bag.read_text().split("\n")
    hostile = ("", "nan", "inf", "-inf", "1e308", "-1", "9" * 5000, "9" * 12, "x", "0 0", "\x00")
    tries = [(n, value) for n, line in enumerate(lines) if "=" in line for value in hostile]
    for number, value in random.Random(0).sample(tries, 250):
        name, values = lines[number].split("=", 1)
        for changed in (value, " ".join([value, *values.split()[1:]])):
            bag.write_text("\n".join([*lines[:number], f"{name}={changed}", *lines[number + 1 :]]))
            _load_or_refuse(saved)


def test_a_value_that_is_refused_is_named_by_file_and_place(saved: Path) -> None:
    record = json.loads((saved / "model.json").read_text())
    record["calibrations"]["rated"]["bag_slopes"][1] = 10**400
    (saved / "model.json").write_text(json.dumps(record))
    with pytest.raises(
        UnusableModel, match=r"model\.json: .* at calibrations\.rated\.bag_slopes\.1"
    ):
        load_model(saved)


@pytest.mark.parametrize("name", ["model.json", "scope.json", "rated/bag_000.txt"])
def test_a_pipe_or_a_huge_file_is_refused(
    saved: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.model.store.MAX_JSON_BYTES", 1_000_000)
    monkeypatch.setattr("train.model.damage.MAX_JSON_BYTES", 1_000_000)
    (saved / name).unlink()
    os.mkfifo(saved / name)
    with pytest.raises(UnusableModel, match="no regular file"):
        load_model(saved)
    (saved / name).unlink()
    with (saved / name).open("wb") as file:
        file.truncate(10**10)
    with pytest.raises(UnusableModel, match="larger than"):
        load_model(saved)


def test_a_model_is_found_inside_a_folder(saved: Path) -> None:
    assert model_folder(saved, "here") == saved
    assert model_folder(saved.parent, "here") == saved
    save_model(MODEL, saved.parent / "other")
    with pytest.raises(FileNotFoundError, match="here holds 2 models"):
        model_folder(saved.parent, "here")
    with pytest.raises(FileNotFoundError, match="here holds no model"):
        model_folder(saved / "rated", "here")
