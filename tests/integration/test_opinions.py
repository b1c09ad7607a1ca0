"""From opinions to labelled rulings by the command, whole or not at all."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.opinions.convert_files import convert_files
from data.opinions.read import UnreadableOpinion
from enjoin import app
from features.coder.outcomes import parsed
from tests.unit.data.opinions.test_segment import opinion


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
