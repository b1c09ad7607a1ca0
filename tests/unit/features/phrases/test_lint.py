"""`enjoin lexicon check` names the line; `enjoin lexicon try` shows what fires."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from enjoin import app
from features.phrases import lint


@pytest.fixture
def lexicons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the lexicons that a test may spoil."""
    copied = Path(shutil.copytree(str(files("features") / "lexicons"), tmp_path / "lexicon"))
    monkeypatch.setattr(lint, "read_lexicon", lambda name: (copied / f"{name}.toml").read_bytes())
    return copied


def test_the_lexicons_are_sound() -> None:
    result = CliRunner().invoke(app, ["lexicon", "check"])
    assert result.exit_code == 0, result.output
    assert "0 flaws" in result.output


@pytest.mark.parametrize(
    ("table", "line", "words"),
    [
        ('[harm_types.monetary]\nmeaning = "x"\nphrases = [\n"a", "(open",\n]', 4, "unbalanced"),
        ('[harm_types.gold]\nmeaning = "x"', 1, "not a value of harm_types"),
        ('[colour.red]\nmeaning = "x"', 1, "not a field of a motion"),
        ("[harm_types.monetary]", 1, "needs a meaning"),
        ('[harm_types.monetary]\nmeaning = "x"\nphrases = ["*"]', 3, "no words to look for"),
        ('[harm_types.monetary]\nmeaning = "x"\nphrases = [")a("]', 3, "unbalanced"),
        ('\nmeaning = "x"', 2, "outside a [field.value] table"),
        ("[harm_types.monetary\n", 1, "Expected ']'"),
        ('[irreparable_harm.waiting]\nmeaning = "x"\nphrases = ["a"]', 1, "needs favors"),
        ('[event.maybe]\nmeaning = "x"', 1, "not a value of event"),
    ],
)
def test_a_flaw_is_named_with_its_line(lexicons: Path, table: str, line: int, words: str) -> None:
    (lexicons / "harm.toml").write_text(table)
    _, flaws = lint.check_lexicons()
    assert [flaw.file for flaw in flaws] == ["harm.toml"]
    assert words in flaws[0].message
    assert flaws[0].line == line


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("max_scope = 6", "", "negated.max_scope must be a whole number"),
        ("forward = [", "forward = [[", "context.toml"),
        ("terminate = [", "termination = [", "terminate must be a list"),
    ],
)
def test_a_flaw_of_the_context_rules_is_named(
    lexicons: Path, old: str, new: str, words: str
) -> None:
    path = lexicons / "context.toml"
    path.write_text(path.read_text().replace(old, new))
    _, flaws = lint.check_lexicons()
    assert [flaw.file for flaw in flaws] == ["context.toml"]
    assert words in flaws[0].message


def test_a_flaw_of_the_leading_cases_is_named(lexicons: Path) -> None:
    path = lexicons / "leading_cases.toml"
    path.write_text(path.read_text() + '\n[roe]\ncitation = "Roe v. Doe"\nnames = ["roe v"]\n')
    _, flaws = lint.check_lexicons()
    assert [flaw.file for flaw in flaws] == ["leading_cases.toml"]
    assert "[roe] needs citation, holding and names" in flaws[0].message
    assert path.read_text().splitlines()[flaws[0].line - 1] == "[roe]"


def test_a_flaw_of_the_legal_words_is_named(lexicons: Path) -> None:
    (lexicons / "legal_words.toml").write_text("words = [1]\n")
    _, flaws = lint.check_lexicons()
    assert [(flaw.file, flaw.line) for flaw in flaws] == [("legal_words.toml", 1)]


def test_a_file_that_is_not_utf8_is_named(lexicons: Path) -> None:
    (lexicons / "harm.toml").write_bytes("# caf\xe9".encode("latin-1"))
    _, flaws = lint.check_lexicons()
    assert [flaw.file for flaw in flaws] == ["harm.toml"]


def test_an_example_that_does_not_fire_is_named(lexicons: Path) -> None:
    path = lexicons / "harm.toml"
    text = path.read_text()
    path.write_text(text.replace("matches = [", 'matches = ["Nothing of the kind.",', 1))
    _, flaws = lint.check_lexicons()
    assert len(flaws) == 1
    assert "should fire on: 'Nothing of the kind.'" in flaws[0].message
    assert "Nothing of the kind." in path.read_text().splitlines()[flaws[0].line - 1]


def test_trying_a_text_shows_its_hits() -> None:
    text = "There is no evidence of a data breach."
    result = CliRunner().invoke(app, ["lexicon", "try", text])
    assert "harm_types.privacy_exposure" in result.output
    assert "negated" in result.output
    assert "No phrase" in CliRunner().invoke(app, ["lexicon", "try", "Quiet."]).output
