"""From opinions to labelled rulings by the command, whole or not at all."""

import json
import stat
import textwrap
from collections.abc import Callable, Iterator
from itertools import cycle, repeat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.opinions.convert_files import convert_files
from data.opinions.read import UnreadableOpinion
from enjoin import app
from features.coder.outcomes import parsed
from tests.support.fake_language_model import Behaviour, FakeLanguageModel
from tests.unit.data.opinions.test_segment import TELLING, opinion
from tests.unit.serve.papers.test_extract import make_docx, make_pdf, saved


def write_opinions(folder: Path) -> None:
    paragraphs = list(opinion().paragraphs)
    (folder / "told.txt").write_text("\n\n".join(["Decided December 1, 1999.", *paragraphs]))
    record = {"id": "untold", "paragraphs": paragraphs[:5], "decided": "1999"}
    (folder / "untold.json").write_text(json.dumps(record))
    (folder / "broken.json").write_text("{")


def test_each_opinion_is_a_ruling_or_set_aside_with_the_reason(tmp_path: Path) -> None:
    folder, output = tmp_path / "opinions", tmp_path / "rulings.jsonl"
    folder.mkdir()
    write_opinions(folder)
    result = CliRunner().invoke(app, ["data", "from-opinions", str(folder), str(output)])
    assert result.exit_code == 3, result.output
    (ruling,) = map(json.loads, output.read_text().splitlines())
    assert (ruling["id"], ruling["outcome"]) == ("told", "granted")
    rejects = output.with_name("rulings.jsonl.set_aside.jsonl")
    assert {json.loads(line)["file"] for line in rejects.read_text().splitlines()} == {
        "untold.json",
        "broken.json",
    }
    for path in (output, rejects):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert CliRunner().invoke(app, ["data", "check", str(output)]).exit_code == 0


def test_a_failure_leaves_the_earlier_rulings(tmp_path: Path) -> None:
    folder, output = tmp_path / "opinions", tmp_path / "rulings.jsonl"
    folder.mkdir()
    write_opinions(folder)
    output.write_text("earlier\n")

    def fail(paragraphs: object) -> None:
        raise RuntimeError("the language model is gone")

    with pytest.raises(RuntimeError):
        convert_files(folder, output, read_outcome=fail)
    assert output.read_text() == "earlier\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["opinions", "rulings.jsonl"]


def test_what_the_rules_abstain_on_may_be_read_otherwise(tmp_path: Path) -> None:
    folder, output = tmp_path / "opinions", tmp_path / "rulings.jsonl"
    folder.mkdir()
    write_opinions(folder)
    summary = convert_files(
        folder, output, read_outcome=lambda paragraphs: parsed(ANSWER, "\n".join(paragraphs))
    )
    assert summary.read_by == {"rules": 1, "language model": 1}


ANSWER = '{"outcome": "denied", "quote": "Plaintiff is a bakery in Dover."}'


def test_a_language_models_quote_must_be_in_the_opinion() -> None:
    with pytest.raises(ValueError, match="copied word for word"):
        parsed(ANSWER, "The mill is in Oven.")
    assert parsed('{"outcome": null, "quote": null}', "x") is None


def test_the_opinions_are_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "opinions.jsonl"
    source.write_text("{}\n")
    with pytest.raises(UnreadableOpinion, match="would replace"):
        convert_files(source, source)
    with pytest.raises(UnreadableOpinion, match=r"ending in \.jsonl"):
        convert_files(source, tmp_path / "rulings.csv")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _convert(source: Path, output: Path, *options: str, code: int) -> str:
    command = ["data", "from-opinions", str(source), str(output), *options]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "300"})
    assert result.exit_code == code, result.output + result.stderr
    return " ".join((result.output + result.stderr).split())


def test_every_format_of_a_folder_gives_the_same_ruling(tmp_path: Path) -> None:
    folder = tmp_path / "opinions"
    (folder / "sub").mkdir(parents=True)
    paragraphs = ["Decided December 1, 1999.", *opinion().paragraphs]
    html = "".join(f"<p>{text}</p>" for text in paragraphs)
    (folder / "a.txt").write_text("\n\n".join(paragraphs))
    (folder / "B.HTML").write_text(f"<html><body>{html}</body></html>")
    (folder / "c.json").write_text(json.dumps({"html_with_citations": html}))
    (folder / "sub" / "d.docx").write_bytes(saved(make_docx(*paragraphs)))
    lines = [line for text in paragraphs for line in textwrap.wrap(text, 70)]
    pages = ["\n".join(lines[start : start + 8]) for start in range(0, len(lines), 8)]
    (folder / "sub" / "e.pdf").write_bytes(make_pdf(*pages))
    (folder / "f.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / ".hidden").write_text("x")
    output = tmp_path / "rulings.jsonl"
    assert "5 of 6 opinions" in _convert(folder, output, code=3)
    rulings = _rows(output)
    assert {row["id"] for row in rulings} == {"a", "B", "c", "d", "e"}
    for row in rulings:
        assert row["outcome"] == "granted"
        assert "forty customers" in row["motion"]
        assert "under a written agreement that forbade him" in row["motion"]
        assert not any(told in row["motion"] for told in TELLING)
    (left_out,) = _rows(tmp_path / "rulings.jsonl.set_aside.jsonl")
    assert left_out["file"] == "f.doc"
    assert "expected one of .txt" in left_out["detail"]


@pytest.fixture
def language_model(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterator[Behaviour]], Any]:
    def set_up(script: Iterator[Behaviour]) -> FakeLanguageModel:
        model = FakeLanguageModel(script)
        monkeypatch.setenv("ENJOIN_CODER", "openai:recorded")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
        return model

    return set_up


def write_untold(folder: Path, n: int) -> None:
    """Write an opinion that tells its ruling, and some whose rulings the rules cannot tell."""
    folder.mkdir()
    paragraphs = list(opinion().paragraphs)
    (folder / "0.txt").write_text("\n\n".join(["Decided December 1, 1999.", *paragraphs]))
    for number in range(1, n + 1):
        record = {"id": f"untold-{number}", "paragraphs": paragraphs[:5], "decided": "1999"}
        (folder / f"{number}.json").write_text(json.dumps(record))


READ: dict[str, Any] = {"outcome": "denied", "quote": "Plaintiff is a bakery in Dover."}
UNTOLD: dict[str, Any] = {"outcome": None, "quote": None}
MADE_UP: dict[str, Any] = {"outcome": "denied", "quote": "The bakery won on every point."}


def test_the_language_model_reads_what_the_rules_abstain_on(
    tmp_path: Path, language_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, output = tmp_path / "opinions", tmp_path / "rulings.jsonl"
    write_untold(folder, 3)
    script = [MADE_UP, READ, UNTOLD, MADE_UP, MADE_UP, MADE_UP]
    with language_model(iter(script)) as model:
        monkeypatch.setenv("ENJOIN_CODER_URL", model.url)
        printed = _convert(folder, output, "--coder", code=3)
        assert len(model.received) == len(script)
        assert not any("the trial court granted" in text.lower() for text in model.prompts())
    assert "2 of 4 opinions" in printed
    assert "1 of these outcomes were read by the language model" in printed
    by_rules, by_model = _rows(output)
    assert (by_rules["outcome"], by_rules["outcome_read_by"]) == ("granted", "rules")
    assert (by_model["outcome"], by_model["outcome_read_by"]) == ("denied", "language model")
    assert by_model["outcome_quote"] == READ["quote"]
    readings = tmp_path / "rulings.jsonl.outcomes.jsonl"
    assert [(row["id"], row["language_model"]["outcome"]) for row in _rows(readings)] == [
        ("untold-1", "denied"),
        ("untold-2", None),
    ]
    assert {row["rules"]["why_not"] for row in _rows(readings)} == {"no ruling is told"}
    assert stat.S_IMODE(readings.stat().st_mode) == 0o600
    set_aside = {row["id"]: row for row in _rows(tmp_path / "rulings.jsonl.set_aside.jsonl")}
    assert set_aside["untold-2"]["why"] == "outcome: no ruling is told"
    assert set_aside["untold-3"]["why"] == "outcome: the language model gave none"
    assert "bakery" not in set_aside["untold-3"]["detail"]


def test_a_language_model_that_refuses_the_key_stops_the_command(
    tmp_path: Path, language_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, output = tmp_path / "opinions", tmp_path / "rulings.jsonl"
    write_untold(folder, 2)
    with language_model(repeat("bad_key")) as model:
        monkeypatch.setenv("ENJOIN_CODER_URL", model.url)
        assert "OPENAI_API_KEY was refused" in _convert(folder, output, "--coder", code=2)
    assert not output.exists()


def test_readings_are_kept_where_the_language_model_goes_away(
    tmp_path: Path, language_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, output = tmp_path / "opinions", tmp_path / "rulings.jsonl"
    write_untold(folder, 4)
    with language_model(cycle([READ, "bad_key"])) as model:
        monkeypatch.setenv("ENJOIN_CODER_URL", model.url)
        printed = _convert(folder, output, "--coder", code=3)
        assert len(model.received) == 2  # and is not asked for the two opinions that are left
    assert "2 of 5 opinions" in printed
    assert [row["outcome_read_by"] for row in _rows(output)] == ["rules", "language model"]
