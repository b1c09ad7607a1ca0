"""Answer about one motion, and show what a motion looks like."""

import json
from pathlib import Path
from typing import Annotated

import typer

from enjoin.inputs import find_predictor, read_fields, read_motion, read_prior, read_words
from enjoin.options import BaseRateOption, CourtRatesOption, JsonOption, ModelOption, MotionFile
from enjoin.terminal import console, exit_on_user_error, info

SCHEMA_KINDS = ("motion", "ruling")


def predict(
    motion: Annotated[
        str | None,
        typer.Argument(help="a .json file with one motion, or - for standard input"),
    ] = None,
    text: Annotated[str | None, typer.Option(help="what is asked and why")] = None,
    opposition: Annotated[str | None, typer.Option(help="what the opponent says or did")] = None,
    motion_file: Annotated[
        Path | None, typer.Option(help="the motion as a file: .txt, .pdf or .docx")
    ] = None,
    opposition_file: Annotated[
        Path | None, typer.Option(help="the opposition as a file: .txt, .pdf or .docx")
    ] = None,
    motion_type: Annotated[str | None, typer.Option(help="kind of motion, e.g. tro")] = None,
    court: Annotated[str | None, typer.Option(help="CourtListener id, e.g. ilnd")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="any other field, as field=value (lists separated by ;)"),
    ] = None,
    model: ModelOption = None,
    base_rate: BaseRateOption = None,
    court_rates: CourtRatesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Predict one motion and show what moved the prediction.

    Give a file, standard input, or flags; a flag overrides the file's field. Try
    `enjoin example | enjoin predict -`, or, with the papers themselves, `enjoin predict
    --motion-file brief.pdf --opposition-file opposition.docx --motion-type tro`.
    """
    with exit_on_user_error():
        if motion and Path(motion).suffix.lower() in (".pdf", ".docx", ".txt"):
            raise ValueError(f"{motion} is a paper; give it by --motion-file, with --motion-type")
        flags = {
            "motion": read_words("--text", text, motion_file),
            "opposition": read_words("--opposition", opposition, opposition_file),
        }
        flags |= {"motion_type": motion_type, "court": court}
        given = read_motion(motion, {k: v for k, v in flags.items() if v is not None}, set_ or [])
        wanted = read_prior(base_rate, court_rates)
        answer = find_predictor(model).answer([given], wanted)[0]
        if wanted and not answer.base_rate_adjustment:
            info(
                f"not adjusted: {court_rates} has no counts for court {given.court or 'not shown'}"
            )
        if as_json:
            print(answer.model_dump_json(indent=2))
        else:
            from enjoin.render.prediction import show_answer

            show_answer(answer, given, console())


def ask_what_if(
    motion: MotionFile,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="a field to change, as field=value (lists separated by ;)"),
    ] = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a motion's indicators and see the probability move.

    With `--set`, as in `--set remedial_steps=[] --set harm_evidence=declaration`, these changes are
    made, each alone and all together. Without, the changes are found that would help each party
    most, of those it could bring about (`serve/levers.toml`).
    """
    with exit_on_user_error():
        from enjoin.render.compared import show_what_if
        from serve.what_if.what_if import what_if

        given = read_motion(motion, {}, [])
        found = what_if(find_predictor(model), given, read_fields(set_) if set_ else None)
        if as_json:
            print(found.model_dump_json(indent=2))
        else:
            show_what_if(found, console())


def comparables(
    motion: MotionFile,
    limit: Annotated[int, typer.Option(min=1, max=50, help="how many rulings to name")] = 5,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the training rulings most like a motion, what they share and how they differ."""
    with exit_on_user_error():
        from enjoin.render.compared import show_comparables

        given = read_motion(motion, {}, [])
        found = find_predictor(model).compare(given, limit)
        if as_json:
            print(found.model_dump_json(indent=2))
        else:
            show_comparables(found, console())


def schema(
    kind: Annotated[str, typer.Argument(help="motion or ruling")] = "motion",
) -> None:
    """Print the JSON Schema of a motion or a ruling: every field and its allowed values."""
    with exit_on_user_error():
        from data.schema import Motion, Ruling

        if kind not in SCHEMA_KINDS:
            raise ValueError(f"no schema {kind!r}; expected one of {', '.join(SCHEMA_KINDS)}")
        chosen = Ruling if kind == "ruling" else Motion
        print(json.dumps(chosen.model_json_schema(), indent=2))


def example() -> None:
    """Print the Clearview motion as JSON, to try the other commands with."""
    from data.embedded import clearview_motion

    print(clearview_motion().model_dump_json(indent=2, exclude_none=True))
