"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from data.labels import PartialGrants

EMBEDDED = "embedded"
"""Names the rulings that come with the program."""

MotionArgument = Annotated[
    str | None,
    typer.Argument(
        help="the motion: a PDF, Word, text or HTML file, a folder with motion and opposition, a "
        "JSON file, or - for any of these on standard input"
    ),
]
TextOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="what the movant asks for, and why")
]
MotionFileOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="the motion as .txt, .pdf, .docx or .html")
]
MotionTypeOption = Annotated[
    str | None, typer.Option(metavar="TYPE", help="kind of motion, such as tro")
]
CourtOption = Annotated[
    str | None, typer.Option(metavar="COURT", help="court, such as ilnd or 'N.D. Ill.'")
]
RulingsOption = Annotated[
    str,
    typer.Option(
        metavar="FILE",
        help="labelled rulings: .jsonl, .json, .csv or .parquet, or - for standard input; "
        "'embedded' for those that come with the program",
        envvar="ENJOIN_RULINGS",
    ),
]
YearOption = Annotated[
    int,
    typer.Option(min=1, max=9999, metavar="YEAR", help="test on rulings of this year and later"),
]
FoldsOption = Annotated[
    int, typer.Option(min=2, metavar="N", help="folds of the grouped cross-validation")
]
BagsOption = Annotated[
    int, typer.Option(min=2, max=1000, metavar="N", help="LightGBM models per ensemble")
]
SeedOption = Annotated[
    int,
    # LightGBM keeps its seed in 32 bits.
    typer.Option(min=0, max=2**31 - 1, metavar="N", help="seed of every random draw"),
]
PartialGrantsOption = Annotated[
    PartialGrants, typer.Option(help="how a ruling 'granted in part' counts")
]
ParametersOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="LightGBM parameters, a TOML file from `enjoin tune`"),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="model folder, or MLflow address such as models:/enjoin/3; by default the champion",
        envvar="ENJOIN_MODEL",
    ),
]
JudgesOption = Annotated[
    bool, typer.Option("--without-judges", help="remove judges' names from the rulings first")
]
BaseRateOption = Annotated[
    float | None,
    typer.Option(
        metavar="RATE",
        help="adjust to a population with this grant rate, such as 0.37; assumes that only the "
        "mix of motions differs from the training rulings, not the reasons for a grant",
    ),
]
CourtRatesOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="adjust to your own counts by court, a CSV file of court,granted,denied, the court as "
        "ilnd or N.D. Ill.; small counts shrink toward --base-rate, or else toward the training "
        "rulings' rate",
    ),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        envvar="ENJOIN_DASK",
        help="scheduler of a Dask cluster to work on, such as tcp://127.0.0.1:8786 (needs "
        "pip install .[dask])",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="set any field of the motion; repeatable; list items are separated by ;",
    ),
]
OppositionOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="what the opponent says")
]
OppositionFileOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="the opposition as .txt, .pdf, .docx or .html")
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar='"COLUMN=FIELD"',
        help='which field a column of your own is, such as "Our type=motion_type"; repeatable; '
        'without a field ("Notes=") the column is not read',
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="print the whole answer as JSON")]
OpenOption = Annotated[bool, typer.Option("--open", help="open it in the browser")]
READING = "Reading by a language model"
"""Heading of the options in the help."""
CONCURRENCY = 4
"""Motions that a language model reads at a time, unless another number is asked for."""
CoderOption = Annotated[
    bool,
    typer.Option(
        "--coder",
        help="have the language model of ENJOIN_CODER read the papers, and check what it says",
        rich_help_panel=READING,
    ),
]
SamplesOption = Annotated[
    int,
    typer.Option(
        min=1,
        max=20,
        metavar="N",
        help="readings of each motion: ratings and forecasts are averaged, and the interval is "
        "wider the more they differ",
        rich_help_panel=READING,
    ),
]
BudgetOption = Annotated[
    int | None,
    typer.Option(
        min=200,
        metavar="TOKENS",
        help="tokens of the papers in one request; what is longer is read in parts. By default "
        "what the model's context leaves",
        rich_help_panel=READING,
    ),
]
WithCaptionOption = Annotated[
    bool,
    typer.Option(
        "--with-caption",
        help="send caption, docket number, judge, dates and court too, which are blanked otherwise",
        rich_help_panel=READING,
    ),
]
TraceOption = Annotated[
    bool,
    typer.Option(
        "--trace",
        help="keep all that is sent and answered as MLflow traces, the papers' text included",
        rich_help_panel=READING,
    ),
]
