"""The `enjoin` command. Each subcommand calls one function of a room; heavy imports wait."""

import gc
from collections.abc import Callable

import typer

from enjoin.commands import inspect, predict, score, serve, train

# What is imported and loaded stays; looking through it for garbage takes a fifth of the start.
gc.set_threshold(50_000, 20, 100)

COMMANDS: dict[str, Callable[..., None]] = {
    "train": train.train,
    "evaluate": train.evaluate,
    "promote": train.promote,
    "rollback": train.rollback,
    "compare-design": train.compare_design,
    "report": train.report,
    "tune": train.tune,
    "predict": predict.predict,
    "what-if": predict.ask_what_if,
    "comparables": predict.comparables,
    "score": score.score,
    "docket": score.docket,
    "backtest": score.backtest,
    "serve": serve.serve,
    "key": serve.key,
    "schema": predict.schema,
    "example": predict.example,
}
"""The commands, in the order of the help."""
GROUPS = {
    "data": inspect.data_app,
    "lexicon": inspect.lexicon_app,
    "features": inspect.features_app,
}
"""The groups of commands, which the help names after them."""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Predict how a court will rule on a motion for interim injunctive relief, say how sure "
    "the prediction is, and show why.\n\n"
    "Start with `enjoin train` (one to two minutes; it uses the embedded rulings), then "
    "`enjoin predict motion.json`, `enjoin score pending.csv scored.csv` or `enjoin serve`.",
)
for name, command in COMMANDS.items():
    app.command(name)(command)
for name, group in GROUPS.items():
    app.add_typer(group, name=name)
