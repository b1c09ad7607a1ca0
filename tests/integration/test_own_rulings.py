"""Commands that judge rulings: audit (also in training), agreement, duplicates."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.codebook import Outcome
from data.embedded import embedded_rulings
from data.leakage import audit_leakage
from data.schema import Ruling
from enjoin import app

SOME = embedded_rulings()[:120]
OUTCOMES = {outcome.value for outcome in Outcome}
LONG_PAPERS = Path(__file__).parents[3] / "shared" / "longpapers"


def _invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


def _write(path: Path, rulings: Sequence[Ruling]) -> Path:
    path.write_text("\n".join(ruling.model_dump_json() for ruling in rulings))
    return path


def _telling(ruling: Ruling) -> Ruling:
    verb = "denied" if ruling.outcome == "denied" else "granted"
    return ruling.model_copy(update={"motion": f"{ruling.motion} The court {verb} the motion."})


def test_an_audit_passes_or_names_the_words(tmp_path: Path) -> None:
    result = _invoke("data", "audit", _write(tmp_path / "good.jsonl", SOME))
    assert result.exit_code == 0, result.output
    assert "Nothing gives the outcome away" in result.stdout
    source = _write(tmp_path / "telling.jsonl", list(map(_telling, SOME)))
    result = _invoke("data", "audit", source, "--limit", 2)
    assert result.exit_code == 3
    assert "court granted" in result.stdout
    assert "court's voice" in result.stdout
    granted = [ruling.id for ruling in SOME if ruling.outcome != "denied"]
    assert f"and {len(granted) - 2} more" in " ".join(result.stdout.split())
    # Of a paper, no more than two words together are shown.
    words = SOME[0].motion.split()
    assert " ".join(words[:3]) not in result.output
    found = json.loads(_invoke("data", "audit", source, "--json").stdout)
    assert {word["word"] for word in found["words"]} >= {"court granted", "court denied"}


def test_an_audit_of_no_ruling_is_an_error(tmp_path: Path) -> None:
    source = tmp_path / "bad.jsonl"
    source.write_text('{"id": "a", "decided": "2020", "outcome": "won", "motion": "x"}')
    assert _invoke("data", "audit", source).exit_code == 2


def test_training_keeps_the_audit(trained: Any) -> None:
    import mlflow

    client = mlflow.MlflowClient()
    version = client.get_model_version(*trained.predictor.version.split("/"))
    run = client.get_run(version.run_id)  # other tests keep runs of their own in this store
    assert run.data.metrics["leakage/findings"] == 0
    assert 0.3 < run.data.metrics["leakage/roc_auc"] < 0.75
    audit = mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/leakage.json")
    assert audit["n_audited"] == 96
    page = mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/report.html")
    assert '<h2 id="leakage">' in page


def test_two_coders_are_compared(tmp_path: Path) -> None:
    rows = [{"id": f"m{n}", "notice": "opposed" if n % 2 else "ex_parte"} for n in range(30)]
    first, second = tmp_path / "ann.jsonl", tmp_path / "bob.jsonl"
    first.write_text("\n".join(map(json.dumps, rows)))
    other = [row | {"notice": "unopposed"} if row["id"] == "m3" else row for row in rows[:20]]
    second.write_text("\n".join(map(json.dumps, other)))
    out = tmp_path / "differences.csv"
    result = _invoke("data", "agreement", first, second, "--differences", out)
    assert result.exit_code == 0, result.output
    assert "20 motions of 20 cases" in result.stdout
    assert "10 motions" in result.stderr  # only the first has them
    assert out.read_text().splitlines() == ["id,field,first,second", "m3,notice,opposed,unopposed"]
    (found,) = json.loads(_invoke("data", "agreement", first, second, "--json").stdout)["fields"]
    assert found["low"] < found["kappa"] < found["high"] <= 1
    second.write_text("\n".join(map(json.dumps, [*other, {"id": "m1"}])))
    result = _invoke("data", "agreement", first, second)
    assert result.exit_code == 2
    assert "id m1 is on more than one row" in result.stderr
    second.write_text(json.dumps({"id": "m1", "notice": "by post"}))
    result = _invoke("data", "agreement", first, second)
    assert result.exit_code == 2
    assert "ex_parte, opposed" in result.stderr  # what is allowed


def test_duplicates_of_standard_input_are_not_merged_as_it_cannot_be_read_again(
    tmp_path: Path,
) -> None:
    merged = tmp_path / "merged.jsonl"
    result = _invoke("data", "duplicates", "-", "--merged", merged)
    assert result.exit_code == 2
    assert "standard input can be read only once" in " ".join(result.stderr.split())
    assert not list(tmp_path.iterdir())


def test_a_docket_with_too_many_rows_to_compare_every_pair_is_named(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    rows = (f"r{n},Acme {n} v. Roe,nysd,1:20-cv-00001,2021-03-04\n" for n in range(1_001))
    own.write_text("id,caption,court,docket_number,decided\n" + "".join(rows))
    result = _invoke("data", "duplicates", own, "--limit", 1)
    assert "has 1,001 rows, too many to compare every pair" in " ".join(result.stderr.split())


def test_duplicates_across_files(tmp_path: Path) -> None:
    own, other, pairs = tmp_path / "own.csv", tmp_path / "recap.jsonl", tmp_path / "pairs.csv"
    head = "id,caption,court,docket_number,decided,outcome\n"
    own.write_text(f"{head}a,Acme v. Roe,ilnd,1:21-cv-00135,2021-03-04,granted\nb,,,,2020,\n")
    other.write_text(
        json.dumps(
            {"caption": "ACME, INC. v. ROE", "court": "ilnd", "docket_number": "21 C 135"}
            | {"decided": "2021-03-04", "outcome": "denied"}
        )
    )
    result = _invoke("data", "duplicates", own, other, "--output", pairs)
    assert result.exit_code == 3
    assert "1 pair(s) of one ruling, 0 of one case" in result.stdout
    assert "outcomes differ" in " ".join(result.stdout.split())
    assert "1 row without a court" in result.stderr
    head, row = pairs.read_text().splitlines()
    assert row == f"ruling,{own},1,a,{other},1,,True,0,100,True"
    assert _invoke("data", "duplicates", other).exit_code == 0
    embedded = next(
        ruling
        for ruling in embedded_rulings()
        if ruling.docket_number and len(ruling.decided) == 10
    )
    fields = {"caption", "court", "docket_number", "decided", "outcome", "motion_type"}
    other.write_text(embedded.model_dump_json(include=fields))
    result = _invoke("data", "duplicates", "embedded", other)  # pairs among the embedded: known
    assert "1 pair(s) of one ruling, 1 of one case" in result.stdout  # it was ruled on twice
    assert embedded.id in " ".join(result.stdout.split())
    other.write_text(json.dumps({"court": "ilnd", "decided": "20211"}))
    result = _invoke("data", "duplicates", own, other)
    assert result.exit_code == 3  # a row was rejected
    assert "YYYY-MM-DD" in result.stderr


@pytest.mark.skipif(not LONG_PAPERS.exists(), reason="needs ../shared/longpapers")
def test_whole_opinions_fail_the_audit_and_their_papers_alone_do_not() -> None:
    opinions, papers = (
        [json.loads(line) for line in (LONG_PAPERS / f"{name}.jsonl").read_text().splitlines()]
        for name in ("opinions", "papers")
    )
    whole = [
        row | {"motion": "\n".join(row["paragraphs"])}
        for row in opinions
        if row["outcome"] in OUTCOMES
    ]
    told = {}
    for name, rows in (("whole", whole), ("papers", papers)):
        rulings = [
            Ruling(
                id=row["id"],
                decided=row["decided"][:4],
                motion_type="preliminary_injunction",
                motion=row["motion"],
                opposition=row.get("opposition"),
                outcome=row["outcome"],
            )
            for row in rows
        ]
        audit = audit_leakage(rulings, [ruling.outcome != "denied" for ruling in rulings])
        told[name] = len(audit.told) / len(rulings)
        assert audit.passes == (name == "papers")
    assert told["whole"] > 0.9
    assert told["papers"] == 0
