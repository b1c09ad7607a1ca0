"""Commands about one motion: predict it, change it, compare it, and see what a motion holds."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from enjoin.inputs import find_predictor, read_base_rates, read_fields, read_motion, read_paper
from enjoin.options import (
    BaseRateOption,
    CourtRatesOption,
    JsonOption,
    ModelOption,
    MotionFile,
    SetOption,
)
from enjoin.terminal import console, exit_on_user_error, info

PAPER_SUFFIXES = (".pdf", ".docx", ".txt")


def predict(
    motion: Annotated[
        str | None,
        typer.Argument(help="JSON file with one motion, or - for standard input"),
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help="what the movant asks for, and why")
    ] = None,
    opposition: Annotated[
        str | None, typer.Option(metavar="TEXT", help="what the opponent says")
    ] = None,
    motion_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="the motion as .txt, .pdf or .docx")
    ] = None,
    opposition_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="the opposition as .txt, .pdf or .docx")
    ] = None,
    motion_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="kind of motion, such as tro")
    ] = None,
    court: Annotated[
        str | None, typer.Option(metavar="ID", help="court by its CourtListener id, such as ilnd")
    ] = None,
    set_: SetOption = None,
    model: ModelOption = None,
    base_rate: BaseRateOption = None,
    court_rates: CourtRatesOption = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="show every family, factor and quotation, not only the top"),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Predict the ruling on one motion, and show the factors that move the prediction most.

    The motion is a JSON file, standard input, options, or any mix; an option overrides the file.

    ```
    enjoin example | enjoin predict -
    enjoin predict motion.json --court ilnd --set notice=opposed
    enjoin predict --motion-file brief.pdf --opposition-file opp.docx --motion-type tro
    ```
    """
    with exit_on_user_error():
        if motion and Path(motion).suffix.lower() in PAPER_SUFFIXES:
            raise ValueError(
                f"{motion} is a brief, not a JSON file: use --motion-file, with --motion-type"
            )
        options = {
            "motion": read_paper("--text", text, motion_file),
            "opposition": read_paper("--opposition", opposition, opposition_file),
            "motion_type": motion_type,
            "court": court,
        }
        fields = {name: value for name, value in options.items() if value is not None}
        asked = read_motion(motion, fields, set_ or [])
        base_rates = read_base_rates(base_rate, court_rates)
        answer = find_predictor(model).answer([asked], base_rates)[0]
        if base_rates and not answer.base_rate_adjustment:
            whose = f"court {asked.court}" if asked.court else "a motion without a court"
            info(f"not adjusted: {court_rates} has no counts for {whose}")
        if as_json:
            print(answer.model_dump_json(indent=2))
        else:
            from enjoin.render.prediction import show_answer, show_full_answer

            show = show_full_answer if full else show_answer
            show(answer, asked, console())


def explore_changes(
    motion: MotionFile,
    set_: SetOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change a motion's indicators and see how the probability moves.

    Without `--set`, shows the changes that would help each party most, of those within its control
    (`serve/what_if/levers.toml`). With it, makes these changes, each alone and all combined.

    ```
    enjoin what-if motion.json
    enjoin what-if motion.json --set remedial_steps=[] --set harm_evidence=declaration
    ```
    """
    with exit_on_user_error():
        from enjoin.render.prediction import show_what_if
        from serve.what_if.what_if import what_if

        asked = read_motion(motion, {}, [])
        answer = what_if(find_predictor(model), asked, read_fields(set_) if set_ else None)
        if as_json:
            print(answer.model_dump_json(indent=2))
        else:
            show_what_if(answer, console())


def comparables(
    motion: MotionFile,
    limit: Annotated[
        int, typer.Option(min=1, max=50, metavar="N", help="rulings to show, 50 at most")
    ] = 5,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the training rulings most like a motion: what they share with it and how they differ.

    ```
    enjoin comparables motion.json --limit 10
    ```
    """
    with exit_on_user_error():
        from enjoin.render.prediction import show_comparables

        answer = find_predictor(model).find_comparables(read_motion(motion, {}, []), limit)
        if as_json:
            print(answer.model_dump_json(indent=2))
        else:
            show_comparables(answer, console())


def schema(
    kind: Annotated[
        Literal["motion", "ruling"], typer.Argument(help="which of the two")
    ] = "motion",
) -> None:
    """Print the JSON Schema of a motion or a ruling: every field and its allowed values.

    ```
    enjoin schema ruling
    ```
    """
    with exit_on_user_error():
        from data.schema import Motion, Ruling

        chosen = Ruling if kind == "ruling" else Motion
        print(json.dumps(chosen.model_json_schema(), indent=2))


def example() -> None:
    """Print the Clearview motion as JSON, to try the other commands with.

    ```
    enjoin example > motion.json
    ```
    """
    from data.embedded import clearview_motion

    print(clearview_motion().model_dump_json(indent=2, exclude_none=True))
