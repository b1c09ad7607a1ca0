"""Turn arguments and options into rulings, motions, models and base rates."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from enjoin.options import EMBEDDED
from enjoin.terminal import info, report_columns, report_rejects, spinner, warn

if TYPE_CHECKING:
    from data.schema import Motion, Ruling
    from features.coder.uncoded import UncodedMotion
    from serve.model_source import LocatedModel
    from serve.predictor import Predictor
    from train.model.prior_shift import BaseRates
    from train.run import Trained
    from train.settings import TrainSettings

NO_FIELDS: Mapping[str, Any] = MappingProxyType({})
M = TypeVar("M", bound="Motion")


def read_rulings(
    source: str,
    keep_rejects: bool = True,
    name_all: bool = False,
    column_map: Mapping[str, str] = NO_FIELDS,
) -> "tuple[list[Ruling], int]":
    """Load labelled rulings; warn of ignored columns, rejected rows and suspect rulings.

    Parameters
    ----------
    source
        A file, `-` for standard input, or `EMBEDDED`.
    keep_rejects
        Whether to write rejected rows to a file: beside the source, or in the working folder for
        standard input.
    name_all
        Whether to name every ruling that a finding is about, not only the first.
    column_map
        The field of columns that the user names (`--map`).

    Returns
    -------
    The rulings, and the number of rejected rows.

    Raises
    ------
    UnreadableInput
        If the source cannot be read, or no row of it is a ruling.
    ValueError
        If columns of the embedded rulings are named.
    """
    from data.checks import check_rulings
    from data.embedded import embedded_rulings
    from data.io.load import load
    from data.io.rejects import write_rejects_beside
    from data.io.rows import UnreadableInput
    from data.schema import Ruling
    from enjoin.render.understood import report_reading

    if source == EMBEDDED:
        if column_map:
            raise ValueError("--map names columns of a file; the embedded rulings need none")
        return list(embedded_rulings()), 0
    loaded = load(source, Ruling, dict(column_map))
    report_reading(loaded)
    report_columns(loaded)
    rejects_path = write_rejects_beside(loaded, source) if keep_rejects else None
    report_rejects(loaded.rejects, rejects_path)
    if not loaded.rows:
        raise UnreadableInput(
            f"{source}: no row fits the schema of a ruling (`enjoin schema ruling`)"
        )
    for finding in check_rulings(loaded.rows):
        warn(finding.message if name_all else str(finding))
        for ruling_id in finding.ids if name_all else ():
            info(f"  {ruling_id}")
    return loaded.rows, len(loaded.rejects)


def files_of_rulings(source: str) -> "tuple[Path, ...]":
    """Return the local files of labelled rulings; none for standard input, say."""
    from data.embedded import rulings_path
    from data.io.sources import local_files

    return (rulings_path(),) if source == EMBEDDED else local_files(source)


def read_parameters(path: Path | None) -> dict[str, Any]:
    """Return the LightGBM parameters of a TOML file; none without a file.

    Raises
    ------
    ValueError
        If the file holds anything but known parameters and numbers.
    """
    if path is None:
        return {}
    from train.tune import parameters

    return parameters.read_parameters(path)


def train_and_register(
    rulings: "list[Ruling]", source: str, settings: "TrainSettings"
) -> "Trained":
    """Train on all rulings and register the model in MLflow; `source` is where they came from."""
    from data.embedded import rulings_path
    from serve.pyfunc import log_to_mlflow
    from train.run import train

    with spinner("training") as on_progress:
        path = str(rulings_path()) if source == EMBEDDED else source
        return train(rulings, path, settings, log_to_mlflow, on_progress)


def find_predictor(source: str | None) -> "Predictor":
    """Load the model that `find_model` finds."""
    located = find_model(source)
    from serve.predictor import Predictor

    return Predictor.from_located(located)


def find_model(source: str | None) -> "LocatedModel":
    """Find the model; if none is registered yet, train one on the embedded rulings first.

    Parameters
    ----------
    source
        As `serve.model_source.locate_model` takes it; None for the champion.

    Raises
    ------
    FileNotFoundError
        If the source holds no model.
    """
    from serve.model_source import NoTrainedModel, locate_model

    try:
        return locate_model(source)
    except NoTrainedModel as missing:
        info(f"{missing}: training one on the embedded rulings first (two to three minutes)")
    from train.settings import TrainSettings

    trained = train_and_register(read_rulings(EMBEDDED)[0], EMBEDDED, TrainSettings())
    info(f"registered enjoin version {trained.version}; `enjoin evaluate` shows how good it is")
    return locate_model()


def read_base_rates(overall: float | None, court_rates: Path | None) -> "BaseRates | None":
    """Return the grant rates to adjust the probabilities to, if any is given.

    Parameters
    ----------
    overall
        The population's grant rate, between 0 and 1.
    court_rates
        A CSV file that counts its rulings by court.

    Raises
    ------
    ValueError
        If the rate or the counts are wrong.
    """
    if overall is None and court_rates is None:
        return None
    from data.court_counts import read_court_counts
    from train.model.prior_shift import BaseRates

    return BaseRates(overall, read_court_counts(court_rates) if court_rates else {})


def read_fields(settings: list[str]) -> dict[str, Any]:
    """Read `--set field=value` settings as the cells of a CSV file are read.

    Raises
    ------
    ValueError
        If a setting has no equals sign.
    """
    from data.io.rows import parse_cell

    fields = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--set {setting!r}: expected field=value")
        fields[name] = parse_cell(name, value)
    return fields


def read_paper(option: str, text: str | None, path: Path | None) -> str | None:
    """Return the text of a motion or opposition: as given, or read from its file.

    Parameters
    ----------
    option
        The option that gives the text, to name it in the error.

    Raises
    ------
    ValueError
        If both text and file are given, or the file cannot be read.
    """
    if path is None:
        return text
    from serve.papers.extract import read_paper_file

    if text is not None:
        raise ValueError(f"{option} and {path} both give the text; leave one out")
    paper = read_paper_file(path)
    info("; ".join([f"{path.name}: {len(paper.text):,} characters read", *paper.notes]))
    return paper.text


def read_from_caption(text: str | None, path: Path | None) -> dict[str, Any]:
    """Return the fields of a motion that the caption of its file gives; none without a file."""
    if text is None or path is None:
        return {}
    from features.caption import read_caption

    caption = read_caption(text)
    return dict(caption.fields) if caption else {}


def read_motion(
    source: str | None,
    fields: dict[str, Any],
    settings: list[str],
    from_caption: Mapping[str, Any] = NO_FIELDS,
    column_map: Mapping[str, str] = NO_FIELDS,
) -> "Motion":
    """Return the one motion of a source, with fields set by options.

    Parameters
    ----------
    source
        A file of one motion, `-` for standard input, or None if the options give everything.
    fields
        Fields given by options of their own; they override the source.
    settings
        As `read_fields` takes them; they override the fields.
    from_caption
        Fields read from the caption of a file, for what nothing else gives; they are told.
    column_map
        The field of columns of the source that the user names (`--map`).

    Raises
    ------
    ValueError
        If no motion is given, or not exactly one (as `UnreadableInput`).
    """
    from data.schema import Motion

    return _read_motion(source, fields, settings, Motion, from_caption, column_map)


def read_fields_of_motion(
    source: str | None,
    fields: dict[str, Any],
    settings: list[str],
    from_caption: Mapping[str, Any] = NO_FIELDS,
    column_map: Mapping[str, str] = NO_FIELDS,
) -> "UncodedMotion":
    """Return one motion as `read_motion` does; its type may be left to a language model."""
    from features.coder.uncoded import UncodedMotion

    return _read_motion(source, fields, settings, UncodedMotion, from_caption, column_map)


def _read_motion(
    source: str | None,
    fields: dict[str, Any],
    settings: list[str],
    row_type: "type[M]",
    from_caption: Mapping[str, Any],
    column_map: Mapping[str, str],
) -> "M":
    from data.io.load import check_rows
    from data.io.rows import UnreadableInput
    from data.io.table_reader import TableReader
    from data.schema import Motion
    from enjoin.render.understood import report_understood

    row = {} if source is None else _read_row(source)
    matches = _fields_of(row, column_map)
    fields = fields | read_fields(settings)
    for name in fields:
        if name not in Motion.model_fields:
            raise ValueError(f"--set {name}: not a field of a motion; see `enjoin schema`")
    if not row and not fields:
        raise ValueError(
            "no motion given: name a paper or a JSON file, or use - for standard input, --text or "
            "--motion-file"
        )
    by_field = {matches[column] or column: value for column, value in row.items()}
    given = {name: value for name, value in (by_field | fields).items() if value not in (None, "")}
    read = {name: value for name, value in from_caption.items() if name not in given}
    if read:
        told = ", ".join(f"{name} {value}" for name, value in read.items())
        info(f"read from the caption: {told}; correct with --set")
    options = fields | read
    kept = {column: value for column, value in row.items() if matches[column] not in options}
    reader = TableReader(dict(column_map), keeps_unknown_courts=True)
    checked = check_rows([kept | options], row_type, reader=reader)
    report_understood(checked.understood)
    report_columns(checked)
    if checked.rejects:
        raise UnreadableInput("; ".join(str(problem) for problem in checked.rejects[0].problems))
    return checked.rows[0]


def _read_row(source: str) -> dict[str, Any]:
    from data.io.load import read_raw_rows
    from data.io.rows import BrokenRow, UnreadableInput

    rows = read_raw_rows(source)
    if isinstance(rows[0], BrokenRow):
        raise UnreadableInput(f"{source}: expected {rows[0].expected}")
    if len(rows) != 1 or not isinstance(rows[0], dict):
        raise UnreadableInput(
            f"{source}: expected one motion, found {len(rows):,} rows; for many use `enjoin score`"
        )
    return rows[0]


def _fields_of(row: dict[str, Any], column_map: Mapping[str, str]) -> dict[str, str | None]:
    """Return the field of each column of a row; None for a column that is not read.

    Raises
    ------
    UnreadableInput
        If a column that the user names is not there, or two could be one field.
    """
    from data.io.columns import match_columns
    from data.io.rows import UnreadableInput

    if absent := [column for column in column_map if column not in row]:
        shown = ", ".join(map(str, row)) or "no columns"
        raise UnreadableInput(f"no column {absent[0]} (--map); the motion has {shown}")
    matches = match_columns(row, column_map).items()
    return {column: match.field if match else None for column, match in matches}
