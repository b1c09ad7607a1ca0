"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

EMBEDDED = "embedded"
"""Names the rulings that come with the program."""

MotionFile = Annotated[
    str, typer.Argument(help="a .json file with one motion, or - for standard input")
]
RulingsOption = Annotated[
    str,
    typer.Option(
        help="labelled rulings (.jsonl, .json, .csv, .parquet, or - for standard input); "
        "'embedded' takes those that come with the program",
        envvar="ENJOIN_RULINGS",
    ),
]
YearOption = Annotated[int, typer.Option(help="test on rulings of this year and later")]
FoldsOption = Annotated[int, typer.Option(min=2, help="folds of the grouped cross-validation")]
BagsOption = Annotated[int, typer.Option(min=2, help="LightGBM models per set of boosters")]
SeedOption = Annotated[int, typer.Option(min=0, help="seed of every random step")]
PartialGrantsOption = Annotated[
    str, typer.Option(help="what 'granted in part' counts as: granted, denied or left_out")
]
ParametersOption = Annotated[
    Path | None, typer.Option(help="TOML of LightGBM parameters, as written by `enjoin tune`")
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        help="a model folder, or an MLflow address such as models:/enjoin/3; by default the "
        "champion",
        envvar="ENJOIN_MODEL",
    ),
]
JudgesOption = Annotated[
    bool,
    typer.Option("--without-judges", help="leave judges' names out of everything the run sees"),
]
BaseRateOption = Annotated[
    float | None,
    typer.Option(
        help="grant rate of the population asked about, such as 0.37, to adjust the probabilities "
        "to. This assumes that the reasons for a grant look the same there as in the training "
        "rulings and only the mix of motions differs",
    ),
]
CourtRatesOption = Annotated[
    Path | None,
    typer.Option(
        help="your own counts by court, a CSV of court,granted,denied, to adjust to; small counts "
        "are drawn to --base-rate, or else to the training rulings' rate. Same assumption as --base-rate",
    ),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        envvar="ENJOIN_DASK",
        help="scheduler of a Dask cluster, such as tcp://127.0.0.1:8786, whose workers are to do "
        "the work that one machine takes too long for (needs the extra: pip install .[dask])",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="print the whole answer")]
OpenOption = Annotated[bool, typer.Option("--open", help="show it in the browser")]
