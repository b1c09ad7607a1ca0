"""The command as a whole: its help teaches, and wrong choices name the right ones."""

import re
from collections.abc import Iterator

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from enjoin import COMMANDS, GROUPS, app

WITH_EXAMPLES = (
    "predict",
    "what-if",
    "comparables",
    "score",
    "docket",
    "backtest",
    "serve",
    "key",
    "train",
    "tune",
    "promote",
    "data check",
    "worksheet",
    "data audit",
    "data agreement",
    "data duplicates",
)


def _invoke(*arguments: str) -> Result:
    # Without a terminal, rich folds to 80 columns and would break words that tests look for.
    return CliRunner(env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"}).invoke(app, list(arguments))


def _commands() -> Iterator[tuple[str, ...]]:
    for commands in COMMANDS.values():
        yield from ((name,) for name in commands)
    for group in GROUPS:
        yield from ((group, name) for name in get_command(app).commands[group].commands)  # type: ignore[attr-defined]


def test_the_help_lists_every_command() -> None:
    listed = _invoke("--help").output
    assert all(path[0] in listed for path in _commands())


@pytest.mark.parametrize("path", _commands(), ids=" ".join)
def test_each_command_says_what_it_is_for(path: tuple[str, ...]) -> None:
    result = _invoke(*path, "--help")
    assert result.exit_code == 0
    assert re.search(r"^ [A-Z].{10,}[.)]", result.output, re.MULTILINE)


@pytest.mark.parametrize("path", WITH_EXAMPLES)
def test_a_help_shows_an_example(path: str) -> None:
    lines = _invoke(*path.split(), "--help").output.splitlines()
    assert any(f"enjoin {path}" in line for line in lines if "Usage:" not in line)


@pytest.mark.parametrize(
    "path", [("score",), ("promote",), ("backtest",), ("data", "check"), ("data", "audit")]
)
def test_commands_that_may_half_succeed_explain_their_exit_codes(path: tuple[str, ...]) -> None:
    assert "Exit code 0" in _invoke(*path, "--help").output


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["train", "--partial-grants-as", "perhaps"], "left_out"),
        (["backtest", "a.csv", "b.csv", "--partial-grants-as", "perhaps"], "left_out"),
        (["data", "describe", "--by", "colour"], "claim_area"),
        (["features", "evaluate", "--split", "some"], "held_out"),
        (["lexicon", "try", "x", "--paper", "reply"], "opposition"),
        (["serve", "--log-format", "xml"], "json"),
        (["schema", "order"], "ruling"),
    ],
)
def test_a_wrong_choice_is_refused_with_the_allowed_ones(
    arguments: list[str], allowed: str
) -> None:
    result = _invoke(*arguments)
    assert result.exit_code == 2
    assert allowed in result.output
