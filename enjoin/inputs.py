"""Turn what the user gave into settings, rulings, motions and models."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from enjoin.options import EMBEDDED
from enjoin.terminal import info, report_columns, report_rejects, spinner, warn

if TYPE_CHECKING:
    from data.schema import Motion, Ruling
    from serve.model_source import Located
    from serve.predictor import Predictor
    from train.model.prior_shift import Prior
    from train.run import Settings, Trained


def checked_settings(
    first_test_year: int,
    folds: int,
    bags: int,
    seed: int,
    partial_grants_as: str,
    parameters: Path | None,
) -> "Settings":
    """Return the settings of a run, with the parameters of their file.

    Raises
    ------
    ValueError
        If rulings granted in part cannot count as asked, or the file of parameters is wrong.
    """
    from typing import get_args

    from data.labels import PartialGrants
    from train.run import Settings
    from train.tune.search import read_parameters

    if partial_grants_as not in get_args(PartialGrants):
        raise ValueError(
            f"--partial-grants-as {partial_grants_as!r}: expected one of {', '.join(get_args(PartialGrants))}"
        )
    chosen = read_parameters(parameters) if parameters else None
    return Settings(first_test_year, folds, bags, seed, partial_grants_as, chosen)  # type: ignore[arg-type]


def read_rulings(
    source: str, keep_rejects: bool = True, name_all: bool = False
) -> "tuple[list[Ruling], int]":
    """Load labelled rulings, telling of columns, rejects and findings about them.

    Parameters
    ----------
    source
        A file, `-` for standard input, or `EMBEDDED`.
    keep_rejects
        Write wrong rows to a file: beside the source, or here for standard input.
    name_all
        Name every ruling that a finding is about, not only the first.

    Returns
    -------
    The rulings, and how many rows were rejected.

    Raises
    ------
    UnreadableInput
        If the source cannot be read, or no row of it is a ruling.
    """
    from data.checks import check_rulings
    from data.embedded import embedded_rulings
    from data.io.load import load, write_rejects_beside
    from data.io.rows import UnreadableInput
    from data.schema import Ruling

    if source == EMBEDDED:
        return list(embedded_rulings()), 0
    loaded = load(source, Ruling)
    report_columns(loaded)
    written = write_rejects_beside(loaded, source) if keep_rejects else None
    report_rejects(loaded.rejects, written)
    if not loaded.rows:
        raise UnreadableInput(
            f"{source}: no row fits the schema of a ruling (`enjoin schema ruling`)"
        )
    for finding in check_rulings(loaded.rows):
        warn(finding.message if name_all else str(finding))
        for name in finding.ids if name_all else ():
            info(f"  {name}")
    return loaded.rows, len(loaded.rejects)


def train_and_register(rulings: "list[Ruling]", source: str, settings: "Settings") -> "Trained":
    """Train on all rulings and register the model in MLflow; `source` is where they came from."""
    from data.embedded import rulings_path
    from serve.pyfunc import log_to_mlflow
    from train.run import train as run_training

    with spinner("training") as tell:
        where = str(rulings_path()) if source == EMBEDDED else source
        return run_training(rulings, where, settings, log_to_mlflow, tell)


def find_predictor(source: str | None) -> "Predictor":
    """Load the model that `find_model` finds."""
    located = find_model(source)
    from serve.predictor import Predictor

    return Predictor.from_located(located)


def find_model(source: str | None) -> "Located":
    """Find the model; without any registered one, train it on the embedded rulings first.

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
        info(f"{missing}: training one on the embedded rulings first (one to two minutes)")
    from train.run import Settings

    trained = train_and_register(read_rulings(EMBEDDED)[0], EMBEDDED, Settings())
    info(f"registered enjoin version {trained.version}; `enjoin evaluate` shows how good it is")
    return locate_model()


def read_prior(overall: float | None, counts: Path | None) -> "Prior | None":
    """Return the population to adjust the probabilities to, if any is given.

    Parameters
    ----------
    overall
        Its grant rate, between 0 and 1.
    counts
        A CSV of its rulings by court.

    Raises
    ------
    ValueError
        If the rate or the counts are wrong.
    """
    from data.court_counts import read_court_counts
    from train.model.prior_shift import Prior

    if overall is None and counts is None:
        return None
    return Prior(overall, read_court_counts(counts) if counts else {})


def read_fields(settings: list[str]) -> dict[str, Any]:
    """Read `--set field=value` settings as cells of a CSV file are read.

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


def read_words(option: str, words: str | None, path: Path | None) -> str | None:
    """Return a paper's words as given, or read from its file.

    Parameters
    ----------
    option
        The option that the words are given by, to name it in the error.

    Raises
    ------
    ValueError
        If words and file are both given, or the file cannot be read.
    """
    if path is None:
        return words
    from serve.papers.extract import read_paper_file

    if words is not None:
        raise ValueError(f"the words are given twice, by {option} and by {path}; leave one out")
    paper = read_paper_file(path)
    info("; ".join([f"{path.name}: {len(paper.text):,} characters read", *paper.notes]))
    return paper.text


def read_motion(source: str | None, flags: dict[str, Any], settings: list[str]) -> "Motion":
    """Return the one motion of a source, with fields set by flags.

    Parameters
    ----------
    source
        A file of one motion, `-` for standard input, or None where the flags say all.
    flags
        Fields and their values; they override those of the source.
    settings
        As `read_fields` takes them; they override the flags.

    Raises
    ------
    ValueError
        If nothing is given, or not one motion (as `UnreadableInput`).
    """
    from data.io.load import check_rows
    from data.io.rows import Broken, UnreadableInput
    from data.io.whole import all_rows
    from data.schema import Motion

    row: dict[str, Any] = {}
    if source is not None:
        rows = all_rows(source).rows()
        if isinstance(rows[0], Broken):
            raise UnreadableInput(f"{source}: expected {rows[0].expected}")
        if len(rows) != 1 or not isinstance(rows[0], dict):
            raise UnreadableInput(
                f"expected one motion, found {len(rows)} row(s); for a file use `enjoin score`"
            )
        row = rows[0]
    fields = read_fields(settings)
    if unknown := [name for name in fields if name not in Motion.model_fields]:
        raise ValueError(f"--set {unknown[0]}: no field of a motion; `enjoin schema` lists them")
    flags |= fields
    if not row and not flags:
        raise ValueError(
            "no motion given: name a file, use - for standard input, --text or --motion-file"
        )
    checked = check_rows([row | flags], Motion)
    report_columns(checked)
    if checked.rejects:
        raise UnreadableInput("; ".join(str(problem) for problem in checked.rejects[0].problems))
    return checked.rows[0]
