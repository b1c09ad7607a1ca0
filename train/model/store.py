"""Save and load a model as LightGBM text and JSON: no file that runs code when opened."""

import hashlib
import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from features.build import COLUMNS
from features.phrases.lexicon import lexicon_digest
from train.model.calibration import Calibration
from train.model.forest import Forest
from train.model.grant_model import Ensemble, GrantModel
from train.model.rating_model import Readers
from train.model.scope import Scope
from train.modes import BASES

FORMAT = 5
AGAIN = "train again with `enjoin train`, then `enjoin promote`"


class UnusableModel(ValueError):
    """A model folder that cannot be used; the message says why and what to do."""


def save_model(model: GrantModel, folder: Path) -> None:
    """Write three JSON files and a LightGBM text file per bag; all or nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        for basis, ensemble in model.ensembles.items():
            (temporary / basis).mkdir()
            for place, text in enumerate(ensemble.forest.texts):
                (temporary / basis / f"bag_{place:03}.txt").write_text(text, encoding="utf-8")
        record: dict[str, Any] = {
            "format": FORMAT,
            "columns": model.columns,
            "has_readers": model.readers is not None,
            "categories": model.categories,
            "base_rate": model.base_rate,
            "calibrations": {
                basis: asdict(ensemble.calibration) for basis, ensemble in model.ensembles.items()
            },
            "n_bags": {basis: len(e.forest.texts) for basis, e in model.ensembles.items()},
            "lexicon_digest": lexicon_digest(),
            "facts": model.facts,
        }
        readers = json.dumps(model.readers.to_json() if model.readers else None)
        (temporary / "readers.json").write_text(readers, encoding="utf-8")
        scope = json.dumps(model.scope.to_json())
        (temporary / "scope.json").write_text(scope, encoding="utf-8")
        text = json.dumps(record, indent=1, sort_keys=True)
        (temporary / "model.json").write_text(text, encoding="utf-8")
        temporary.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def load_model(folder: Path) -> GrantModel:
    """Read a model written by `save_model`.

    Raises
    ------
    UnusableModel
        If the folder is no model, is of another format, is damaged, or was fitted on other
        feature columns or another lexicon than this program has.
    """
    try:
        record = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise UnusableModel(
                f"{folder} is a model of format {record['format']}; this program reads format "
                f"{FORMAT}: {AGAIN}"
            )
        ensembles = {}
        for basis in BASES:
            line = record["calibrations"][basis]
            calibration = Calibration(
                float(line["intercept"]),
                float(line["slope"]),
                tuple(map(float, line["bag_intercepts"])),
                tuple(map(float, line["bag_slopes"])),
                float(line["spread"]),
            )
            paths = [folder / basis / f"bag_{i:03}.txt" for i in range(record["n_bags"][basis])]
            texts = [path.read_text(encoding="utf-8") for path in paths]
            ensembles[basis] = Ensemble(Forest(texts), calibration)
        readers = json.loads((folder / "readers.json").read_text(encoding="utf-8"))
        if record["has_readers"] != (readers is not None):
            raise ValueError("readers.json is not the one that was saved")
        model = GrantModel(
            tuple(record["columns"]),
            {name: tuple(values) for name, values in record["categories"].items()},
            ensembles,
            float(record["base_rate"]),
            Scope.from_json(json.loads((folder / "scope.json").read_text(encoding="utf-8"))),
            Readers.from_json(readers) if readers else None,
            record["facts"],
        )
        fitted_lexicon = record["lexicon_digest"]
    except FileNotFoundError as error:
        raise UnusableModel(f"{folder} is not a model folder: no file {error.filename}") from None
    except (OSError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, UnusableModel):
            raise
        raise UnusableModel(f"the model in {folder} is damaged: {error!r}") from None
    if model.columns != tuple(column.name for column in COLUMNS):
        raise UnusableModel(
            f"the model in {folder} was fitted on other features than this program builds; {AGAIN}"
        )
    if fitted_lexicon != lexicon_digest():
        raise UnusableModel(
            f"the model in {folder} was fitted with another lexicon (phrases were edited since); "
            f"{AGAIN}"
        )
    return model


def model_folder(folder: Path, source: str) -> Path:
    """Return the folder that holds `model.json`: this one, or one inside it.

    Raises
    ------
    FileNotFoundError
        If there is none, or more than one; the message names the source.
    """
    if (folder / "model.json").is_file():
        return folder
    found = sorted(path.parent for path in folder.glob("**/model.json"))
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(map(str, found[:3])) + (" ..." if len(found) > 3 else "")
        raise FileNotFoundError(f"{source} holds {len(found)} models; name one of them: {shown}")
    raise FileNotFoundError(
        f"{source} holds no model (no model.json); give a folder written by `enjoin train`, or "
        "an address such as models:/enjoin/1"
    )


def model_digest(folder: Path) -> str:
    """Return the SHA-256 over the names and contents of a model folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return digest.hexdigest()
