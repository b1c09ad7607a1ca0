"""The terminal: errors and their exit codes, progress, what is reported about rows."""

from pathlib import Path

import pytest
import typer

from data.io.problems import Problem, Reject
from enjoin import terminal


def test_plural() -> None:
    assert [terminal.plural(n, "row") for n in (0, 1, 2, 1200)] == [
        "0 rows",
        "1 row",
        "2 rows",
        "1,200 rows",
    ]


def test_a_model_s_name_is_not_made_an_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.warn("cannot use mistral:x: and :smile:")
    assert "mistral:x: and :smile:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [ValueError("bad value"), FileNotFoundError("no file x"), LookupError("no model")],
)
def test_an_error_the_user_can_fix_ends_with_code_2(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as exit_info, terminal.exit_on_user_error():
        raise error
    assert exit_info.value.exit_code == 2
    assert str(error) in capsys.readouterr().err


def test_an_error_of_a_library_about_the_users_input_ends_with_code_2() -> None:
    library_error = type("MlflowException", (Exception,), {"__module__": "mlflow.exceptions"})
    with pytest.raises(typer.Exit) as exit_info, terminal.exit_on_user_error():
        raise library_error("no experiment of this name")
    assert exit_info.value.exit_code == 2


@pytest.mark.parametrize("error", [KeyError("x"), IndexError("x"), TypeError("x")])
def test_an_error_of_the_program_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)), terminal.exit_on_user_error():
        raise error


def test_messages_are_printed_without_markup(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.echo("[bold]x[/bold]")
    terminal.info("[a-z]")
    terminal.warn("[/foo]")
    captured = capsys.readouterr()
    assert captured.out == "[bold]x[/bold]\n"
    assert captured.err == "[a-z]\nwarning: [/foo]\n"


def test_a_long_result_is_not_folded(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.echo("word " * 100)
    assert capsys.readouterr().out.count("\n") == 1


def test_progress_shows_rows_and_total(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.row_progress("scoring", 2000) as advance:
        advance(1000, 0.5)
        advance(2000, 1.0)
        advance(1500, 0.75, "writing")
    shown = capsys.readouterr().err
    assert "writing" in shown
    assert "1,500 of 2,000 rows" in shown


def test_progress_of_an_unknown_total(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.row_progress("scoring", None) as advance:
        advance(1000, None)
    assert "1,000 rows" in capsys.readouterr().err


def test_step_progress_shows_steps(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.step_progress("tuning") as advance:
        advance(3, 20, "tuning, best 0.2")
    shown = capsys.readouterr().err
    assert "best 0.2" in shown
    assert "3/20" in shown


def test_a_spinner_takes_brackets_in_a_step() -> None:
    with terminal.spinner("training") as on_progress:
        on_progress("fold [1/5]")


def test_columns_are_named_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.report_set_aside(["outcome"], ["colour"])
    outcome, colour = capsys.readouterr().err.splitlines()
    assert "after the ruling" in outcome
    assert "outcome" in outcome
    assert colour.startswith("warning:")
    assert "colour" in colour
    terminal.report_set_aside([], [])
    assert capsys.readouterr().err == ""


def test_the_first_rejects_are_shown_and_all_are_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    problem = Problem("court", None, "a court")
    rejects = [Reject(row, (problem,), {}) for row in range(1, 9)]
    terminal.report_rejects(rejects, Path("rulings.csv.rejects.jsonl"))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1].strip() for line in lines[:-1]] == [f"row {n}" for n in range(1, 6)]
    assert "8 rows rejected" in lines[-1]
    assert "rulings.csv.rejects.jsonl" in lines[-1]


def test_too_little_memory_is_told_before_libraries_abort(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("enjoin.terminal._memory_limit", lambda: 800_000_000)
    with pytest.raises(typer.Exit) as raised, terminal.exit_on_user_error():
        pytest.fail("the command was run")
    assert raised.value.exit_code == 2
    assert "may use 0.8 GB, and needs 1.4 GB" in " ".join(capsys.readouterr().err.split())


def test_running_out_of_memory_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as raised, terminal.exit_on_user_error():
        raise MemoryError
    assert raised.value.exit_code == 2
    assert "out of memory" in capsys.readouterr().err
