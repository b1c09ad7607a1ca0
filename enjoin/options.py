"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from data.labels import PartialGrants

EMBEDDED = "embedded"
"""Names the rulings that come with the program."""

MotionFile = Annotated[
    str, typer.Argument(help="JSON file with one motion, or - for standard input")
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
    int, typer.Option(metavar="YEAR", help="test on rulings of this year and later")
]
FoldsOption = Annotated[
    int, typer.Option(min=2, metavar="N", help="folds of the grouped cross-validation")
]
BagsOption = Annotated[int, typer.Option(min=2, metavar="N", help="LightGBM models per ensemble")]
SeedOption = Annotated[int, typer.Option(min=0, metavar="N", help="seed of every random draw")]
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
        help="adjust to your own counts by court, a CSV file of court,granted,denied; small counts "
        "shrink toward --base-rate, or else toward the training rulings' rate",
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
JsonOption = Annotated[bool, typer.Option("--json", help="print the whole answer as JSON")]
OpenOption = Annotated[bool, typer.Option("--open", help="open it in the browser")]
