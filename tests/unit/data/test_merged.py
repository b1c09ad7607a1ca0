"""Files of rulings merged into one: which row of a ruling is kept, and what the report says."""

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.io.rows import UnreadableInput
from data.linked_files import LinkedFiles, link_files
from data.merged import HEAD, Merged, check_output, merge, write_merged
from enjoin import app

ROW = {
    "caption": "Ames Mfg. Co. v. Bell",
    "court": "ilnd",
    "docket_number": "1:20-cv-01234",
    "decided": "2020-05-01",
    "motion_type": "tro",
    "motion": "The maker asks the court to stop the sale of copies.",
    "outcome": "granted",
}


def _link(folder: Path, **files: list[dict[str, Any]]) -> LinkedFiles:
    paths = {}
    for name, rows in files.items():
        path = folder / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(ROW | row) for row in rows), encoding="utf-8")
        paths[name] = str(path)
    return link_files(paths)


def _ids(merged: Merged) -> list[str | None]:
    return [row.id for row in merged.rows]


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ({"judge": "Ann Roe"}, {}, "has 9 fields filled, this one 8"),
        ({"source_kind": "opinion"}, {"judge": "A", "citation": "1 F."}, "opinion itself"),
        ({}, {}, "stands first"),
    ],
)
def test_the_fuller_row_of_a_ruling_is_kept(
    tmp_path: Path, one: dict[str, Any], other: dict[str, Any], why: str
) -> None:
    merged = merge(_link(tmp_path, a=[{"id": "1"} | one], b=[{"id": "2"} | other]))
    assert _ids(merged) == ["1"]
    (remark,) = merged.remarks
    assert (remark.what, remark.place.file, remark.kept.id) == ("left out", "b", "1")
    assert why in remark.why
    if one:
        swapped = merge(_link(tmp_path, a=[{"id": "2"} | other], b=[{"id": "1"} | one]))
        assert _ids(swapped) == ["1"]


def test_a_row_with_the_outcome_is_kept_rather_than_a_motion(tmp_path: Path) -> None:
    fuller = {"id": "1", "outcome": None, "judge": "Ann Roe", "notice": "opposed"}
    merged = merge(_link(tmp_path, a=[fuller], b=[{"id": "2"}]))
    assert _ids(merged) == ["2"]
    assert "has the outcome" in merged.remarks[0].why


def test_rows_whose_outcomes_differ_are_all_kept(tmp_path: Path) -> None:
    merged = merge(_link(tmp_path, a=[{"id": "1"}, {"id": "2", "outcome": "denied"}]))
    assert _ids(merged) == ["1", "2"]
    assert [remark.what for remark in merged.remarks] == ["kept"]
    through = [{"id": "1"}, {"id": "2", "outcome": "denied"}]
    joined = merge(_link(tmp_path, a=through, b=[{"id": "3", "outcome": None}]))
    assert _ids(joined) == ["1", "2", "3"]


def test_a_year_and_a_caption_alone_leave_nothing_out(tmp_path: Path) -> None:
    apart = {"docket_number": None, "decided": "2020"}
    merged = merge(_link(tmp_path, a=[{"id": "1"}], b=[{"id": "2"} | apart]))
    assert _ids(merged) == ["1", "2"]
    assert "perhaps one ruling" in merged.remarks[0].why


def test_rulings_of_one_case_are_kept_and_ids_made_unique(tmp_path: Path) -> None:
    later = {"id": "1", "decided": "2020-09-01", "motion_type": "preliminary_injunction"}
    merged = merge(_link(tmp_path, a=[{"id": "1"}], b=[later]))
    assert _ids(merged) == ["1", "1-2"]
    assert [remark.what for remark in merged.remarks] == ["renamed"]


def test_nothing_is_lost(tmp_path: Path) -> None:
    linked = _link(tmp_path, a=[{"id": "1"}, {"id": "3", "motion": ""}], b=[{"id": "2"}])
    (tmp_path / "a.jsonl").chmod(0o600)
    output = tmp_path / "all.jsonl"
    report, rejects = write_merged(merge(linked), linked, output)
    kept = [json.loads(line) for line in output.read_text().splitlines()]
    assert kept == [ROW | {"id": "1"}]
    with report.open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(HEAD)
    assert rows[1][:4] == ["left out", "b", "1", "2"]
    assert rejects is not None
    (rejected,) = map(json.loads, rejects.read_text().splitlines())
    assert (rejected["file"], rejected["row"]) == ("a", 2)
    for path in (output, report, rejects):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_input_is_never_replaced(tmp_path: Path) -> None:
    linked = _link(tmp_path, a=[{"id": "1"}])
    with pytest.raises(UnreadableInput, match="one of the files"):
        check_output(tmp_path / "a.jsonl", linked.files)
    with pytest.raises(UnreadableInput, match="ending in"):
        check_output(tmp_path / "a.csv", linked.files)


def test_the_command_takes_the_embedded_rulings_and_own_headers(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "Our id,Case Name,Court,Case No.,Date,Motion Type,Brief,Ours\n"
        "o1,Little Caesar Enterprises v. Miramar Quick Service Restaurant Corp.,E.D. Mich.,"
        "2:18-cv-10767,7/16/2019,PI,The franchisor asks for an order.,Granted\n"
    )
    output = tmp_path / "all.jsonl"
    names = ["--map", "Our id=id", "--map", "Ours=outcome"]
    arguments = ["data", "duplicates", "embedded", str(own), *names, "--merged", str(output)]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "400"})
    assert result.exit_code == 3, result.output
    assert "outcome (--map)" in result.output
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    ids = {row["id"] for row in rows}
    assert {"little-caesar-v-miramar-pi-2019", "little-caesar-v-miramar-cross-2019"} <= ids
    with (tmp_path / "all.jsonl.report.csv").open() as file:
        remarks = list(csv.DictReader(file))
    assert {row["what"] for row in remarks} == {"kept"}
    named = {row["id"] for row in remarks}
    assert "o1" in named
    assert "sec-v-beasley-2022" not in named  # a pair among the embedded, which are known
    assert len(rows) == 2181
    wrong = CliRunner().invoke(app, ["data", "duplicates", str(own), "--map", "No=court"])
    assert wrong.exit_code == 2
    assert "no table has the column No" in " ".join(wrong.output.split())
