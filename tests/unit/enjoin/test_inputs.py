"""What the user gave becomes rulings, motions, base rates; errors name the option."""

import json
from pathlib import Path

import pytest

from data.embedded import clearview_motion, embedded_rulings
from data.io.rows import UnreadableInput
from enjoin import inputs
from enjoin.options import EMBEDDED

MOTION = {"motion_type": "tro", "motion": "A rival copied a mark.", "court": "ilnd"}


def _write(path: Path, *rows: object) -> str:
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def test_the_embedded_rulings_are_read() -> None:
    rulings, rejected = inputs.read_rulings(EMBEDDED)
    assert rulings == list(embedded_rulings())
    assert rejected == 0


def test_rejected_rulings_are_counted_and_kept_in_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = embedded_rulings()[0].model_dump(mode="json")
    source = _write(tmp_path / "rulings.jsonl", good, good | {"id": "b", "outcome": "won"})
    rulings, rejected = inputs.read_rulings(source)
    assert (len(rulings), rejected) == (1, 1)
    assert (tmp_path / "rulings.jsonl.rejects.jsonl").exists()
    assert "1 row rejected" in capsys.readouterr().err
    inputs.read_rulings(source, keep_rejects=False)


def test_no_ruling_at_all_is_an_error(tmp_path: Path) -> None:
    row = embedded_rulings()[0].model_dump(mode="json") | {"outcome": "won"}
    source = _write(tmp_path / "rulings.jsonl", row)
    with pytest.raises(UnreadableInput, match="no row fits"):
        inputs.read_rulings(source, keep_rejects=False)


def test_suspect_rulings_are_all_named_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row.model_dump(mode="json") for row in embedded_rulings()[:3]]
    source = _write(tmp_path / "rulings.jsonl", *[row | {"court": "atlantis"} for row in rows])
    inputs.read_rulings(source, name_all=True)
    shown = capsys.readouterr().err
    assert all(row["id"] in shown for row in rows)


def test_no_parameters_without_a_file(tmp_path: Path) -> None:
    assert inputs.read_parameters(None) == {}
    path = tmp_path / "parameters.toml"
    path.write_text("num_leaves = 7\n")
    assert inputs.read_parameters(path)["num_leaves"] == 7
    path.write_text('num_leaves = "many"\n')
    with pytest.raises(ValueError, match="num_leaves"):
        inputs.read_parameters(path)


def test_base_rates(tmp_path: Path) -> None:
    assert inputs.read_base_rates(None, None) is None
    overall = inputs.read_base_rates(0.37, None)
    assert overall is not None
    assert (overall.overall, overall.courts) == (0.37, {})
    counts = tmp_path / "counts.csv"
    counts.write_text("court,granted,denied\nilnd,30,70\n")
    by_court = inputs.read_base_rates(None, counts)
    assert by_court is not None
    assert set(by_court.courts) == {"ilnd"}
    with pytest.raises(ValueError, match="grant rate"):
        inputs.read_base_rates(1.0, None)


def test_fields_are_read_as_cells_of_a_csv_file() -> None:
    assert inputs.read_fields(
        ["court=ilnd", "remedial_steps=[]", "harm_types=monetary;privacy"]
    ) == {
        "court": "ilnd",
        "remedial_steps": [],
        "harm_types": ["monetary", "privacy"],
    }
    with pytest.raises(ValueError, match="field=value"):
        inputs.read_fields(["court"])


def test_a_motion_of_a_file_and_the_options_that_override_it(tmp_path: Path) -> None:
    source = _write(tmp_path / "motion.json", MOTION)
    motion = inputs.read_motion(source, {"court": "nysd"}, [])
    assert (motion.court, motion.motion) == ("nysd", MOTION["motion"])
    assert inputs.read_motion(source, {"court": "nysd"}, ["court=cand"]).court == "cand"


def test_a_motion_given_by_options_alone() -> None:
    assert inputs.read_motion(None, {"motion": "x", "motion_type": "tro"}, []).motion == "x"


def test_the_example_is_a_motion(tmp_path: Path) -> None:
    path = tmp_path / "motion.json"
    path.write_text(clearview_motion().model_dump_json(exclude_none=True))
    assert inputs.read_motion(str(path), {}, []) == clearview_motion()


@pytest.mark.parametrize(
    ("rows", "fields", "settings", "message"),
    [
        ([], {}, [], "no motion given"),
        ([MOTION, MOTION], {}, [], "expected one motion, found 2"),
        ([MOTION], {}, ["colour=red"], "colour"),
        ([MOTION | {"motion_type": "x"}], {}, [], "motion_type"),
        ([], {"motion": "x"}, [], "motion_type"),
    ],
)
def test_what_is_not_one_motion_is_refused(
    tmp_path: Path,
    rows: list[object],
    fields: dict[str, str],
    settings: list[str],
    message: str,
) -> None:
    source = _write(tmp_path / "motion.jsonl", *rows) if rows else None
    with pytest.raises(ValueError, match=message):
        inputs.read_motion(source, fields, settings)


def test_the_text_of_a_paper_is_given_or_read_but_not_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "brief.txt"
    path.write_text("The movant asks for an order.")
    assert inputs.read_paper("--text", None, None) is None
    assert inputs.read_paper("--text", "as given", None) == "as given"
    assert inputs.read_paper("--text", None, path) == "The movant asks for an order."
    assert "29 characters" in capsys.readouterr().err
    with pytest.raises(ValueError, match="--text"):
        inputs.read_paper("--text", "as given", path)


def test_without_a_registered_model_one_is_trained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from serve import model_source
    from train.run import Trained

    located = model_source.LocatedModel(tmp_path, "enjoin/1")
    states = iter([model_source.NoTrainedModel("no model"), located])

    def locate(source: str | None = None) -> model_source.LocatedModel:
        state = next(states)
        if isinstance(state, Exception):
            raise state
        return state

    monkeypatch.setattr(model_source, "locate_model", locate)
    trained = Trained(None, None, "run", "1", "champion", "sqlite:///x.db")  # type: ignore[arg-type]
    monkeypatch.setattr(inputs, "train_and_register", lambda *given: trained)
    assert inputs.find_model(None) == located
    assert "version 1" in capsys.readouterr().err
