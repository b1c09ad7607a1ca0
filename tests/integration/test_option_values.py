"""Every option of every command, given nonsense: a message and exit code 2, never a traceback."""

import importlib
import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from enjoin import app

VALUES = ("0.8 GB", "99999999999999999999", "\x1b[2Jnan")
RULINGS = ["--rulings", "r.jsonl"]
ARGUMENTS: dict[str, list[str]] = {
    "predict": ["motion.json"],
    "what-if": ["motion.json"],
    "comparables": ["motion.json"],
    "code": ["motion.json"],
    "schema": [],
    "serve": [],
    "promote": [],
    "report": [],
    "coder check": [],
    "train": RULINGS,
    "evaluate": RULINGS,
    "tune": RULINGS,
    "compare-design": RULINGS,
    "data describe": RULINGS,
    "features evaluate": RULINGS,
    "features ablate": RULINGS,
    "score": ["in.jsonl", "o.csv", "--jobs", "1"],
    "docket": ["s.csv", "p.html"],
    "backtest": ["s.csv", "outcomes.jsonl"],
    "worksheet": ["in.jsonl", "w.jsonl"],
    "key": ["ann"],
    "data from-opinions": ["in.jsonl", "opinions.jsonl"],
    "data check": ["r.jsonl"],
    "data template": [],
    "data audit": ["r.jsonl"],
    "data agreement": ["r.jsonl", "r.jsonl"],
    "data duplicates": ["r.jsonl"],
    "fetch courtlistener": ["f.jsonl"],
    "fetch bulk": ["bulk", "made"],
    "fetch dockets": ["in.jsonl", "d.jsonl"],
    "lexicon try": ["the harm"],
}
WITHOUT_OPTIONS = {"example", "rollback", "coder forget", "lexicon check"}
NOT_TRIED = {"--dask"}  # names a machine, which is waited for


def _commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for each, inner in command.commands.items():
        full = f"{name} {each}".strip()
        if hasattr(inner, "commands"):
            yield from _commands(inner, full)
        else:
            yield full, inner


def _numbers(command: Any) -> set[str]:
    """Return the names of the parameters that are numbers."""
    hints = typing.get_type_hints(inspect.unwrap(command.callback))
    return {name for name, hint in hints.items() if {int, float} & {hint, *typing.get_args(hint)}}


def _stop(*_: object, **__: object) -> None:
    raise ValueError("the option is accepted")


@pytest.fixture
def inputs(trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give small inputs in the working folder; what takes long or waits stops at once."""
    monkeypatch.chdir(tmp_path)
    rulings = embedded_rulings()[::150]
    motions = [ruling.as_motion() for ruling in rulings]
    Path("in.jsonl").write_text("\n".join(m.model_dump_json(exclude_none=True) for m in motions))
    Path("r.jsonl").write_text("\n".join(r.model_dump_json() for r in rulings))
    outcomes = [ruling.model_dump_json(include={"id", "outcome"}) for ruling in rulings]
    Path("outcomes.jsonl").write_text("\n".join(outcomes))
    Path("motion.json").write_text(motions[0].model_dump_json(exclude_none=True))
    monkeypatch.setattr("serve.predictor.Predictor.from_located", lambda _: trained.predictor)
    monkeypatch.setattr(
        importlib.import_module("enjoin.commands.train"), "train_and_register", _stop
    )
    for name in ("run_evaluation", "run_ablation", "run_design_comparison"):
        monkeypatch.setattr(f"train.run.{name}", _stop)
    monkeypatch.setattr("train.tune.search.tune", _stop)
    monkeypatch.setattr("serve.http.server.run", _stop)
    monkeypatch.setattr("uvicorn.Server.run", _stop)
    for name in ("ENJOIN_CODER", "COURTLISTENER_API_TOKEN", "ENJOIN_MODEL"):
        monkeypatch.delenv(name, raising=False)
    scored = CliRunner().invoke(app, ["score", "in.jsonl", "s.csv", "--jobs", "1"])
    assert scored.exit_code == 0, scored.output


def test_no_option_ends_in_a_traceback(inputs: None) -> None:
    commands = dict(_commands(typer.main.get_command(app)))
    assert set(commands) == {*ARGUMENTS, *WITHOUT_OPTIONS}, "name the arguments of a new command"
    tried = 0
    for name, arguments in ARGUMENTS.items():
        numbers = _numbers(commands[name])
        for option in commands[name].params:
            flag = option.opts[0]
            if not flag.startswith("--") or getattr(option, "is_flag", False) or flag in NOT_TRIED:
                continue
            for value in VALUES:
                tried += 1
                given = [*name.split(), *arguments, f"{flag}={value}"]
                result = CliRunner().invoke(app, given)
                told = f"{given}: {result.output}"
                assert result.exception is None or type(result.exception) is SystemExit, told
                assert result.exit_code in (0, 2, 3), told
                assert "\x1b[2J" not in result.output, told
                if option.name in numbers and value != "9" * 20:
                    assert result.exit_code == 2, told
                    assert flag in result.output, told
    assert tried > 200
