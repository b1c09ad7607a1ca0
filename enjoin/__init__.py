"""The `enjoin` command. Each subcommand calls one function of a room, which it imports itself."""

from collections.abc import Callable
from typing import Any

import typer

from enjoin.commands import (
    backtest,
    code,
    docket,
    fetch,
    inspect,
    predict,
    rulings,
    score,
    serve,
    train,
    versions,
    worksheet,
)
from enjoin.streams import adapt_streams
from serve.garbage import collect_rarely

COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    "One motion": {
        "predict": predict.predict,
        "code": code.code,
        "what-if": predict.explore_changes,
        "comparables": predict.comparables,
        "example": predict.example,
        "schema": predict.schema,
    },
    "A docket of motions": {
        "score": score.score,
        "docket": docket.docket,
        "backtest": backtest.backtest,
        "worksheet": worksheet.worksheet,
    },
    "Over HTTP": {"serve": serve.serve, "key": serve.key},
    "The model": {
        "train": train.train,
        "evaluate": train.evaluate,
        "tune": train.tune,
        "compare-design": train.compare_design,
        "promote": versions.promote,
        "rollback": versions.rollback,
        "report": versions.report,
    },
}
"""The commands under the headings of the help, in its order."""
GROUPS = {
    "coder": code.coder_app,
    "data": inspect.data_app,
    "features": inspect.features_app,
    "fetch": fetch.fetch_app,
    "lexicon": inspect.lexicon_app,
}
"""Groups of commands, which the help lists last."""
RULINGS: dict[str, Callable[..., None]] = {
    "audit": rulings.audit,
    "agreement": rulings.agreement,
    "duplicates": rulings.duplicates,
}
"""More commands of the group `data`."""


class _App(typer.Typer):
    """The application, which first adapts standard input and output to the terminal."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        adapt_streams()
        collect_rarely()
        return super().__call__(*args, **kwargs)


app = _App(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Predict how a court will rule on a motion for interim injunctive relief: a calibrated "
    "probability with an interval, and the factors behind it.\n\n"
    "Train once (two to three minutes, on the rulings that come with the program), then ask:\n\n"
    "```\nenjoin train\nenjoin example | enjoin predict -\n```\n\n"
    "`enjoin COMMAND --help` explains each command.",
)
for heading, commands in COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=heading)(command)
for name, command in RULINGS.items():
    inspect.data_app.command(name)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name, rich_help_panel="Rulings, features and readings")
