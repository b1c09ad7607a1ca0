"""The command that makes labelled rulings from court opinions, and measures how well."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from enjoin.terminal import console, echo, exit_on_user_error, info, plural, step_progress

if TYPE_CHECKING:
    from data.opinions.to_rulings import ReadOutcome

NOTHING_READ, SOME_SET_ASIDE = 2, 3
"""Exit codes."""


def data_from_opinions(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="INPUT",
            help="an opinion, a file of them, or a folder of files: .txt, .html, .xml, .json, "
            ".jsonl, .parquet, .pdf or .docx",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Argument(metavar="OUTPUT", help=".jsonl file for the rulings")
    ] = None,
    coder: Annotated[
        bool,
        typer.Option(
            "--coder",
            help="have the language model of ENJOIN_CODER label what the rules abstain on; the "
            "opinions are sent to it",
        ),
    ] = False,
    evaluate: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="measure on a file of marked opinions instead (docs/data.md has its format)",
        ),
    ] = None,
) -> None:
    """Make labelled rulings from court opinions.

    Facts and what the parties say become the motion and the opposition; no paragraph that tells the
    ruling does. The outcome at first instance, the sentence that tells it and a confidence are
    read by rules, which abstain rather than guess. Opinions that give no ruling go to
    OUTPUT.set_aside.jsonl with the reason, as do files of another format. With --coder,
    OUTPUT.outcomes.jsonl has what the language model says beside what the rules say. Only you may
    read these files.

    Exit code 0: every opinion gave a ruling; 3: some were set aside; 2: error, or none did.

    ```
    enjoin data from-opinions opinions/ rulings.jsonl
    enjoin data check rulings.jsonl
    enjoin data from-opinions --evaluate marked.jsonl
    ```
    """
    with exit_on_user_error():
        if evaluate is not None:
            if source or output or coder:
                raise ValueError("--evaluate takes no INPUT, OUTPUT or --coder")
            _evaluate(evaluate)
            return
        if source is None or output is None:
            raise ValueError("name an INPUT and an OUTPUT.jsonl, or --evaluate FILE")
        set_aside = _convert(source, output, coder)
    if set_aside is None:
        raise typer.Exit(NOTHING_READ)
    if set_aside:
        raise typer.Exit(SOME_SET_ASIDE)


def _convert(source: Path, output: Path, coder: bool) -> int | None:
    """Return how many opinions were set aside; None if none gave a ruling."""
    from data.opinions.convert_files import convert_files
    from enjoin.render.opinions import show_summary

    read_outcome = _outcome_reader() if coder else None
    with step_progress("reading opinions") as on_file:
        summary = convert_files(source, output, _text_of_document, read_outcome, on_file)
    show_summary(summary, output, console())
    return sum(summary.set_aside.values()) if summary.rulings else None


def _outcome_reader() -> "ReadOutcome":
    from features.coder.outcomes import OutcomeReader
    from features.coder.settings import CoderSettings

    settings = CoderSettings.require()
    info(f"{settings.model} reads the opinions the rules abstain on: {settings.destination}")
    return OutcomeReader(settings)


def _text_of_document(content: bytes, name: str) -> str:
    """Return the text of a PDF or Word file."""
    from data.opinions.read import UnreadableOpinion
    from serve.papers.extract import UnreadablePaper, read_paper

    try:
        return read_paper(content, name).text
    except UnreadablePaper as error:
        raise UnreadableOpinion(str(error)) from None


def _evaluate(path: Path) -> None:
    from data.opinions.evaluate import evaluate
    from data.opinions.marked import read_marked
    from enjoin.render.opinions import show_evaluation

    opinions = read_marked(path)
    echo(f"{plural(len(opinions), 'marked opinion')}; segmenter: grouped 10-fold cross-validation")
    show_evaluation(evaluate(opinions), console())
