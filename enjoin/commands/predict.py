"""Commands about one motion: predict it, change it, compare it, and see what a motion holds."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from enjoin.coding import (
    ReadingOptions,
    merge_quotes,
    open_coder,
    read_papers,
    refuse_reading_options,
)
from enjoin.inputs import (
    find_predictor,
    read_base_rates,
    read_fields,
    read_fields_of_motion,
    read_motion,
)
from enjoin.options import (
    READING,
    BaseRateOption,
    BudgetOption,
    CoderOption,
    CourtOption,
    CourtRatesOption,
    JsonOption,
    MapOption,
    ModelOption,
    MotionArgument,
    MotionFileOption,
    MotionTypeOption,
    OppositionFileOption,
    OppositionOption,
    SamplesOption,
    SetOption,
    TextOption,
    TraceOption,
    WithCaptionOption,
)
from enjoin.papers import GivenMotion, read_given
from enjoin.streams import print_json
from enjoin.terminal import console, exit_on_user_error, info

if TYPE_CHECKING:
    from train.model.prior_shift import BaseRates


def predict(
    motion: MotionArgument = None,
    text: TextOption = None,
    opposition: OppositionOption = None,
    motion_file: MotionFileOption = None,
    opposition_file: OppositionFileOption = None,
    motion_type: MotionTypeOption = None,
    court: CourtOption = None,
    set_: SetOption = None,
    map_: MapOption = None,
    model: ModelOption = None,
    base_rate: BaseRateOption = None,
    court_rates: CourtRatesOption = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="show every family, factor and quotation, not only the top"),
    ] = False,
    as_json: JsonOption = False,
    quotes: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="quotes of the codings, as `enjoin code` writes them"),
    ] = None,
    coder: CoderOption = False,
    samples: SamplesOption = 1,
    budget: BudgetOption = None,
    with_caption: WithCaptionOption = False,
    trace: TraceOption = False,
) -> None:
    """Predict the ruling on one motion, and show the factors that move the prediction most.

    The motion is a paper, a folder of papers, a JSON file, standard input, options, or any mix; an
    option overrides the file. Kind of motion, court, docket number, case and date are read from the
    caption of the paper where nothing else gives them. With `--coder` a language model reads the
    papers for whatever is left open.

    ```
    enjoin example | enjoin predict -
    enjoin predict motion.json --court ilnd --set notice=opposed
    enjoin predict --motion-file brief.pdf --opposition-file opp.docx --motion-type tro
    enjoin predict brief.pdf --coder
    ```
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map

        given = read_given(
            motion, text, opposition, motion_file, opposition_file, motion_type, court
        )
        reading = ReadingOptions(samples, budget, with_caption, trace)
        column_map = read_column_map(map_ or [])
        if coder:
            reader = open_coder(reading)
            uncoded = read_fields_of_motion(
                given.source, given.fields, set_ or [], given.from_caption, column_map
            )
            asked, coding = read_papers(reader, uncoded)
            reasons = {
                name: reason
                for name, reason in coding.reasons.items()
                if getattr(asked, name) is not None
            }
        else:
            refuse_reading_options(reading, "--coder")
            reasons = {}
            asked = read_motion(
                given.source, given.fields, set_ or [], given.from_caption, column_map
            )
        if quotes:
            asked, kept = merge_quotes(asked, quotes)
            reasons = kept | reasons
        base_rates = read_base_rates(base_rate, court_rates)
        answer = find_predictor(model).answer([asked], base_rates)[0]
        if base_rates and not answer.base_rate_adjustment:
            whose = f"court {asked.court}" if asked.court else "a motion without a court"
            info(f"not adjusted: {court_rates} has no counts for {whose}")
        if as_json:
            print_json(answer.model_dump_json(indent=2))
        else:
            from enjoin.render.prediction import show_answer, show_full_answer

            show = show_full_answer if full else show_answer
            show(answer, asked, console(), reasons)


def explore_changes(
    motion: MotionArgument = None,
    text: TextOption = None,
    opposition: OppositionOption = None,
    motion_file: MotionFileOption = None,
    opposition_file: OppositionFileOption = None,
    motion_type: MotionTypeOption = None,
    court: CourtOption = None,
    set_: SetOption = None,
    map_: MapOption = None,
    fact: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="have the papers read again with this fact, and show what it moves",
            rich_help_panel=READING,
        ),
    ] = None,
    fact_for: Annotated[
        Literal["movant", "opponent"],
        typer.Option(help="in whose papers the fact stands", rich_help_panel=READING),
    ] = "opponent",
    base_rate: BaseRateOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
    samples: SamplesOption = 1,
    budget: BudgetOption = None,
    with_caption: WithCaptionOption = False,
    trace: TraceOption = False,
) -> None:
    """Change a motion's indicators, or add a fact, and see how the probability moves.

    Without `--set`, shows the changes that would help each party most, of those within its control
    (`serve/what_if/levers.toml`). With it, makes these changes, each alone and all combined. With
    `--fact`, the language model of ENJOIN_CODER reads the papers without the fact and with it.

    ```
    enjoin what-if brief.pdf --motion-type tro
    enjoin what-if motion.json --set remedial_steps=[] --set harm_evidence=declaration
    enjoin what-if motion.json --fact "The opponent returned all files under a stipulated order."
    ```
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map

        reading = ReadingOptions(samples, budget, with_caption, trace)
        base_rates = read_base_rates(base_rate, None)
        given = read_given(
            motion, text, opposition, motion_file, opposition_file, motion_type, court
        )
        column_map = read_column_map(map_ or [])
        if fact is None:
            refuse_reading_options(reading, "--fact")
        else:
            if set_:
                raise ValueError("--set and --fact change different things; give one of them")
            _explore_fact(given, column_map, fact, fact_for, model, reading, base_rates, as_json)
            return
        from enjoin.render.what_if import show_what_if
        from features.coder.settings import CODER
        from serve.what_if.what_if import what_if

        asked = read_motion(given.source, given.fields, [], given.from_caption, column_map)
        changes = read_fields(set_) if set_ else None
        has_coder = bool(os.environ.get(CODER, "").strip())
        predictor = find_predictor(model)
        answer = what_if(predictor, asked, changes, base_rates, has_coder=has_coder)
        if as_json:
            print_json(answer.model_dump_json(indent=2))
        else:
            show_what_if(answer, console())


def _explore_fact(
    given: GivenMotion,
    column_map: Mapping[str, Any],
    fact: str,
    party: Literal["movant", "opponent"],
    model: str | None,
    reading: ReadingOptions,
    base_rates: "BaseRates | None",
    as_json: bool,
) -> None:
    if not fact.strip():
        raise ValueError("--fact is empty: expected a sentence")
    asked = read_fields_of_motion(given.source, given.fields, [], given.from_caption, column_map)
    coder = open_coder(reading)
    from enjoin.render.coding import show_fact
    from enjoin.terminal import spinner
    from serve.what_if.fact import what_if_fact

    predictor = find_predictor(model)
    with spinner("reading the papers twice") as on_progress:
        answer = what_if_fact(predictor, coder, asked, fact, party, base_rates, on_progress)
    if as_json:
        print_json(answer.model_dump_json(indent=2))
    else:
        show_fact(answer, console())


def comparables(
    motion: MotionArgument = None,
    text: TextOption = None,
    opposition: OppositionOption = None,
    motion_file: MotionFileOption = None,
    opposition_file: OppositionFileOption = None,
    motion_type: MotionTypeOption = None,
    court: CourtOption = None,
    set_: SetOption = None,
    map_: MapOption = None,
    limit: Annotated[
        int, typer.Option(min=1, max=50, metavar="N", help="rulings to show, 50 at most")
    ] = 5,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the training rulings most like a motion: what they share with it and how they differ.

    ```
    enjoin comparables motion.json --limit 10
    enjoin comparables brief.pdf --opposition-file opp.docx
    ```
    """
    with exit_on_user_error():
        from data.io.columns import read_column_map
        from enjoin.render.comparables import show_comparables

        given = read_given(
            motion, text, opposition, motion_file, opposition_file, motion_type, court
        )
        column_map = read_column_map(map_ or [])
        asked = read_motion(given.source, given.fields, set_ or [], given.from_caption, column_map)
        answer = find_predictor(model).find_comparables(asked, limit)
        if as_json:
            print_json(answer.model_dump_json(indent=2))
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
        print_json(json.dumps(chosen.model_json_schema(), indent=2))


def example() -> None:
    """Print the Clearview motion as JSON, to try the other commands with.

    ```
    enjoin example > motion.json
    ```
    """
    from data.embedded import clearview_motion

    print_json(clearview_motion().model_dump_json(indent=2, exclude_none=True))
