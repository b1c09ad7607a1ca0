"""Save and load a model as LightGBM text and JSON: no file that runs code when opened."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data.io.atomic import current_umask
from features.build import COLUMNS
from features.phrases.lexicon import lexicon_digest
from train.model.calibration import Calibration
from train.model.damage import (
    MAX_JSON_BYTES,
    MAX_TREES_BYTES,
    TRAIN_AGAIN,
    Misfit,
    UnusableModel,
    checked,
    parse_json,
    read_json,
    read_text,
    refuse,
)
from train.model.file_schema import MODEL, RATING_MODEL, SCOPE, is_plain
from train.model.forest import Forest
from train.model.grant_model import Ensemble, GrantModel
from train.model.rating_line import RatingLine
from train.model.rating_model import RatingModel
from train.model.reader_line import ReaderLine
from train.model.readings import Readings
from train.model.scope import COUNTED_COLUMNS, Scope
from train.model.tree_parsing import n_features
from train.modes import BASES, Basis

FORMAT = 9
_MODEL, _RATING_MODEL, _SCOPE = "model.json", "rating_model.json", "scope.json"
_DAMAGE = (OSError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a damaged file raises."""


def save_model(model: GrantModel, folder: Path) -> None:
    """Write three JSON files and a LightGBM text file per bag; all or nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for basis, ensemble in model.ensembles.items():
            (temporary / basis).mkdir()
            for index, text in enumerate(ensemble.forest.texts):
                _bag_path(temporary, basis, index).write_text(text, encoding="utf-8")
        rating_model = model.rating_model.to_json() if model.rating_model else None
        record: dict[str, Any] = {
            "format": FORMAT,
            "columns": model.columns,
            "has_rating_model": rating_model is not None,
            "categories": model.categories,
            "base_rate": model.base_rate,
            "calibrations": {basis: asdict(e.calibration) for basis, e in model.ensembles.items()},
            "reader_lines": {
                basis: None if e.reader_line is None else asdict(e.reader_line)
                for basis, e in model.ensembles.items()
            },
            "rating_lines": {
                basis: None if e.rating_line is None else asdict(e.rating_line)
                for basis, e in model.ensembles.items()
            },
            "n_bags": {basis: len(e.forest.texts) for basis, e in model.ensembles.items()},
            "lexicon_digest": lexicon_digest(),
            "readings": model.readings.to_json(),
            "facts": model.facts,
        }
        _write_json(temporary / _RATING_MODEL, rating_model)
        _write_json(temporary / _SCOPE, model.scope.to_json())
        text = json.dumps(record, indent=1, sort_keys=True)
        (temporary / _MODEL).write_text(text, encoding="utf-8")
        temporary.chmod(0o777 & ~current_umask())
        if folder.exists():
            shutil.rmtree(folder)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def load_model(folder: Path) -> GrantModel:
    """Load a model written by `save_model`.

    Raises
    ------
    UnusableModel
        If the folder is not a model, has another format, is damaged, or was fitted with other
        feature columns or another lexicon than this program has.
    """
    record = _read_record(folder)
    ensembles = {basis: _load_ensemble(folder, basis, record) for basis in BASES}
    return GrantModel(
        columns=tuple(record["columns"]),
        categories={name: tuple(values) for name, values in record["categories"].items()},
        ensembles=ensembles,
        base_rate=float(record["base_rate"]),
        scope=_load_scope(folder),
        readings=Readings.from_json(record["readings"]),
        rating_model=_load_rating_model(folder, record["has_rating_model"]),
        facts=record["facts"],
    )


@contextmanager
def _reading(folder: Path, name: str) -> Iterator[Path]:
    """Give the path of a file of a model, and name it in the error if it cannot be read."""
    try:
        yield folder / name
    except UnusableModel:
        raise
    except FileNotFoundError as error:
        raise UnusableModel(f"{folder} is not a model folder: no file {error.filename}") from None
    except _DAMAGE as error:
        refuse(folder, name, error)


def _read_record(folder: Path) -> dict[str, Any]:
    """Return what `model.json` holds, if it is of a model that this program can use."""
    with _reading(folder, _MODEL) as path:
        record = parse_json(read_text(path, MAX_JSON_BYTES))
        if not isinstance(record, dict) or not isinstance(record.get("format"), int):
            raise Misfit("it names no format")
        if record["format"] != FORMAT:
            raise UnusableModel(
                f"{folder} is a model of format {min(record['format'], 10**6)}; this program reads "
                f"format {FORMAT}: {TRAIN_AGAIN}"
            )
        checked(record, MODEL)
        if not is_plain(record["facts"]):
            raise Misfit("facts that cannot be shown")
        for basis in BASES:
            fitted, n_bags = record["calibrations"][basis], record["n_bags"][basis]
            of_bags = ("bag_intercepts", "bag_slopes", "bag_offset_slopes")
            if any(len(fitted[name]) != n_bags for name in of_bags):
                raise Misfit(f"the calibration of {basis} is not of {n_bags} bags")
            if record["reader_lines"][basis] and record["rating_lines"][basis]:
                raise Misfit(f"{basis} starts from two lines")
    if tuple(record["columns"]) != tuple(column.name for column in COLUMNS):
        raise UnusableModel(
            f"the model in {folder} was fitted on other features than this program builds; "
            f"{TRAIN_AGAIN}"
        )
    if record["lexicon_digest"] != lexicon_digest():
        raise UnusableModel(
            f"the model in {folder} was fitted with another lexicon (phrases were edited since); "
            f"{TRAIN_AGAIN}"
        )
    if not set(record["categories"]) <= {c.name for c in COLUMNS if c.kind == "category"}:
        refuse(folder, _MODEL, Misfit("categories of other columns"))
    return record


def _load_scope(folder: Path) -> Scope:
    with _reading(folder, _SCOPE) as path:
        scope = Scope.from_json(read_json(path, SCOPE))
        if not set(scope.counts) >= set(COUNTED_COLUMNS):
            raise Misfit("counts are missing")
    return scope


def _load_rating_model(folder: Path, is_there: bool) -> RatingModel | None:
    with _reading(folder, _RATING_MODEL) as path:
        content = read_json(path, RATING_MODEL)
        if is_there != (content is not None):
            raise Misfit("it is not the one that was saved")
        return RatingModel.from_json(content) if content else None


def _load_ensemble(folder: Path, basis: Basis, record: dict[str, Any]) -> Ensemble:
    fitted = record["calibrations"][basis]
    calibration = Calibration(
        intercept=float(fitted["intercept"]),
        slope=float(fitted["slope"]),
        bag_intercepts=tuple(map(float, fitted["bag_intercepts"])),
        bag_slopes=tuple(map(float, fitted["bag_slopes"])),
        spread=float(fitted["spread"]),
        offset_slope=float(fitted["offset_slope"]),
        bag_offset_slopes=tuple(map(float, fitted["bag_offset_slopes"])),
    )
    line = record["reader_lines"][basis]
    texts = []
    for index in range(record["n_bags"][basis]):
        bag = _bag_path(folder, basis, index)
        with _reading(folder, f"{basis}/{bag.name}") as path:
            texts.append(_read_bag(path, len(record["columns"])))
    with _reading(folder, basis):
        forest = Forest(texts, folder / basis)
    return Ensemble(
        forest,
        calibration,
        reader_line=None if line is None else _load_reader_line(line),
        rating_line=_load_rating_line(record["rating_lines"][basis]),
    )


def _read_bag(path: Path, n_columns: int) -> str:
    """Return the text of a booster on so many columns."""
    text = read_text(path, MAX_TREES_BYTES)
    if n_features(text) != n_columns:
        raise Misfit(f"trees on other columns than the {n_columns} there are")
    return text


def _load_reader_line(line: dict[str, float]) -> ReaderLine:
    return ReaderLine(*(float(line[name]) for name in ("intercept", "slope", "mean")))


def _load_rating_line(line: Any) -> RatingLine | None:
    if line is None:
        return None
    slopes, means = (tuple(map(float, line[name])) for name in ("slopes", "means"))
    return RatingLine(float(line["intercept"]), slopes, means)


def _bag_path(folder: Path, basis: Basis, index: int) -> Path:
    return folder / basis / f"bag_{index:03}.txt"


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def model_folder(folder: Path, source: str) -> Path:
    """Return the folder that holds `model.json`: this one, or one inside it.

    Raises
    ------
    FileNotFoundError
        If there is none, or more than one; the message names the source.
    """
    if (folder / _MODEL).is_file():
        return folder
    folders = sorted(path.parent for path in folder.glob(f"**/{_MODEL}"))
    if len(folders) == 1:
        return folders[0]
    if folders:
        names = ", ".join(map(str, folders[:3])) + (" ..." if len(folders) > 3 else "")
        raise FileNotFoundError(f"{source} holds {len(folders)} models; name one of them: {names}")
    raise FileNotFoundError(
        f"{source} holds no model (no {_MODEL}); give a folder written by `enjoin train`, or an "
        "address such as models:/enjoin/1"
    )


def model_digest(folder: Path) -> str:
    """Return the SHA-256 over the names and contents of a model folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            with path.open("rb") as file:
                while block := file.read(2**20):
                    digest.update(block)
    return digest.hexdigest()
