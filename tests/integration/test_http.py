"""The HTTP endpoint with a trained model: predictions, what-if, comparables, errors, audit log."""

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from data.embedded import clearview_motion
from data.schema import RATINGS, Ruling
from enjoin import app
from features.build import FAMILIES
from serve.http.app import build_app
from serve.http.audit import AuditLog
from serve.http.auth import AccessControl, new_key
from serve.http.errors import MEDIA_TYPE
from serve.http.microbatch import MAX_SHORT
from serve.http.model_watcher import ModelWatcher
from serve.predictor import Predictor
from tests.conftest import tiny_rulings
from train.rating_averages import RATING_AVERAGES

CLEARVIEW = clearview_motion().model_dump(mode="json")
N_LONG = 4


@pytest.fixture(scope="module")
def client(trained: Any) -> TestClient:
    return TestClient(
        build_app(ModelWatcher(trained.predictor, None)), raise_server_exceptions=False
    )


def test_an_answer_names_its_request(client: TestClient) -> None:
    response = client.post("/v1/predict", json=CLEARVIEW, headers={"X-Request-ID": "docket-7"})
    assert response.headers["x-request-id"] == response.json()["request_id"] == "docket-7"
    batch = client.post("/v1/predict/batch", json=[CLEARVIEW]).json()
    assert batch["answers"][0]["p_grant"] == response.json()["p_grant"]
    assert batch["answers"][0]["request_id"] == batch["request_id"]


def test_an_answer_opens_with_a_conclusion_and_a_scorecard(
    client: TestClient, trained: Any
) -> None:
    answer = client.post("/v1/predict", json=CLEARVIEW).json()
    assert 2 <= len(answer["conclusion"]) <= 3
    assert all(sentence.endswith(".") for sentence in answer["conclusion"])
    rows = {row["factor"]: row for row in answer["scorecard"]}
    assert list(rows) == list(RATINGS)
    rated = client.post("/v1/predict", json=CLEARVIEW | {"irreparable_harm": 1.5}).json()
    (harm,) = (row for row in rated["scorecard"] if row["factor"] == "irreparable_harm")
    assert (harm["source"], harm["value"], harm["favors"]) == ("given", 1.5, "opponent")
    average = trained.predictor.model.facts[RATING_AVERAGES]["ratings.irreparable_harm"]
    assert harm["average"] == average
    for factor in rated["factors"]:
        assert (factor["favors"] == "movant") == (factor["points"] > 0)
    assert answer["courthouse_rate"]["rate"] == 0.37
    card = client.get("/v1/model").json()
    assert "lawstreetmedia.com" in card["courthouse_rate"]["source"]


def test_a_model_without_averages_still_answers(trained: Any) -> None:
    predictor, model = trained.predictor, trained.predictor.model
    facts = {name: fact for name, fact in model.facts.items() if name != RATING_AVERAGES}
    older = replace(predictor, model=replace(model, facts=facts))
    answer = older.answer([clearview_motion()])[0]
    assert {row.average for row in answer.scorecard} == {None}
    assert len(answer.conclusion) >= 2


def test_families_and_values_have_labels(client: TestClient) -> None:
    labels = client.get("/v1/labels").json()
    assert list(labels["families"].items()) == list(FAMILIES.items())
    answer = client.post("/v1/predict", json=CLEARVIEW).json()
    assert {share["family"] for share in answer["families"]} == set(labels["families"].values())
    assert {passage["factor"].split(".")[0] for passage in answer["evidence"]} <= set(
        labels["families"]
    )
    definitions = client.get("/v1/schema").json()["$defs"]
    assert list(labels["values"]["harm_types"]) == definitions["HarmType"]["enum"]
    assert all(all(values.values()) for values in labels["values"].values())
    assert list(labels["fields"]) == list(client.get("/v1/schema").json()["properties"])
    assert answer["court"] == "N.D. Ill."
    assert answer["based_on"] == ["codings", "text"]


def test_what_if(client: TestClient) -> None:
    before = client.post("/v1/predict", json=CLEARVIEW).json()["p_grant"]
    changes = {"remedial_steps": [], "remedial_scope": "none", "speculation_signals": []}
    answer = client.post("/v1/what-if", json={"motion": CLEARVIEW, "changes": changes}).json()
    assert answer["p_grant"] == before
    combined = answer["combined"]
    assert combined["points"] == pytest.approx(100 * (combined["p_grant"] - before), abs=1e-9)
    assert [list(change["changes"]) for change in answer["changes"]] == [[f] for f in changes]
    helpful = client.post("/v1/what-if", json={"motion": CLEARVIEW}).json()
    assert helpful["combined"] is None
    assert {change["party"] for change in helpful["changes"]} <= {"movant", "opponent"}
    for change in helpful["changes"]:
        assert change["points"] * (1 if change["party"] == "movant" else -1) > 0
        changed = client.post("/v1/predict", json=CLEARVIEW | change["changes"]).json()
        assert changed["p_grant"] == pytest.approx(change["p_grant"], abs=1e-12)
    steps = {"motion": CLEARVIEW, "changes": {"remedial_scope": "full"}}
    record = client.post("/v1/what-if", json=steps).json()["changes"][0]["track_record"]
    full = [ruling for ruling in tiny_rulings() if ruling.remedial_scope == "full"]
    granted = [ruling for ruling in full if ruling.outcome != "denied"]
    assert (record["rulings"], record["granted"]) == (len(full), len(granted))
    assert record["text"].startswith("too few rulings to say")
    invalid = client.post("/v1/what-if", json={"motion": CLEARVIEW, "changes": {"notice": "x"}})
    assert invalid.status_code == 422
    assert invalid.json()["errors"][0]["pointer"] == "#/changes/notice"


@pytest.mark.parametrize("name", ["set", "change", "base_rate"])
def test_an_unknown_member_of_a_what_if_request_is_an_error(client: TestClient, name: str) -> None:
    response = client.post("/v1/what-if", json={"motion": CLEARVIEW, name: {"pro_se": True}})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == f"#/{name}"


def test_short_motions_and_the_page_do_not_wait_for_long_papers(trained: Any) -> None:
    started, released = threading.Semaphore(0), threading.Event()

    class BlockedByLongPapers(Predictor):
        def answer(self, motions: Any, *options: Any) -> Any:
            if len(motions[0].motion) > MAX_SHORT:
                started.release()
                assert released.wait(120)
            return super().answer(motions, *options)

    parts = (getattr(trained.predictor, part.name) for part in fields(Predictor))
    predictor = BlockedByLongPapers(*parts)
    with (
        TestClient(build_app(ModelWatcher(predictor, None))) as client,
        ThreadPoolExecutor(N_LONG) as clients,
    ):
        long = CLEARVIEW | {"motion": CLEARVIEW["motion"] * 20}
        long_requests = [
            clients.submit(client.post, "/v1/predict", json=long) for _ in range(N_LONG)
        ]
        try:
            assert started.acquire(timeout=120)
            assert client.post("/v1/predict", json=CLEARVIEW).status_code == 200
            assert client.post("/v1/predict", json={}).status_code == 422
            for path in ("/", "/main.js", "/metrics", "/v1/schema", "/v1/model", "/v1/example"):
                assert client.get(path).status_code == 200
            assert client.get("/nothing").status_code == 404
        finally:
            released.set()
        assert [each.result().status_code for each in long_requests] == [200] * N_LONG


def test_comparables(client: TestClient) -> None:
    labels = client.get("/v1/labels").json()["values"]["source_kind"]
    answer = client.post("/v1/comparables?limit=7", json=CLEARVIEW).json()
    assert len(answer["rulings"]) == 7
    assert answer["claim_area"] == CLEARVIEW["claim_area"]
    subject = [
        (
            ruling["claim_area"] == CLEARVIEW["claim_area"],
            ruling["motion_type"] == "preliminary_injunction",
        )
        for ruling in answer["rulings"]
    ]
    assert subject == sorted(subject, reverse=True)
    for ruling in answer["rulings"]:
        assert {"ratings", "codings", "words", "model", "forecast"} == ruling["likeness"].keys()
        assert ruling["likeness"]["forecast"] is None
        assert 0 <= ruling["similarity"] <= 1
        assert ruling["source_kind"] in labels
    rate = answer["comparable_rate"]
    assert rate == client.post("/v1/predict", json=CLEARVIEW).json()["comparable_rate"]
    assert rate["in_full"] + rate["in_part"] == rate["granted"]
    assert f"{rate['in_full']} in full" in rate["text"] or not rate["granted"]
    assert 0 <= rate["low"] <= rate["rate"] <= rate["high"] <= 1
    assert client.post("/v1/comparables?limit=0", json=CLEARVIEW).status_code == 422


def test_comparables_are_never_of_the_same_case(trained: Any, client: TestClient) -> None:
    lines = (trained.folder / "rulings.jsonl").read_text(encoding="utf-8").splitlines()
    rulings = [Ruling.model_validate_json(line) for line in lines]
    ruling = next(r for r in rulings if r.case_id and r.court and r.docket_number)
    same_case = {other.id for other in rulings if other.case_id == ruling.case_id}
    row = ruling.as_motion().model_dump(mode="json")
    comparables = client.post("/v1/comparables?limit=50", json=row).json()["rulings"]
    assert same_case.isdisjoint(comparable["id"] for comparable in comparables)
    # Without the fields that identify its case, the ruling is the most similar to itself.
    unidentified = row | dict.fromkeys(("id", "case_id", "caption", "docket_number"))
    nearest = client.post("/v1/comparables?limit=1", json=unidentified).json()["rulings"][0]
    assert nearest["id"] == ruling.id
    assert nearest["differences"] == []


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b'{"motion": "x", ', 400, None),
        (b"[1, 2]", 422, "#"),
        (b'{"motion_type": "tro", "motion": " "}', 422, "#/motion"),
        (b'{"motion_type": "tro", "motion": "x", "outcome": "granted"}', 422, "#/outcome"),
        (b'{"motion_type": "tro", "motion": "x", "harm_types": ["a"]}', 422, "#/harm_types/0"),
        (b'{"motion_type": "tro", "motion": "' + b"x" * 2_000_001 + b'"}', 413, None),
    ],
)
def test_an_invalid_request_names_its_errors(
    client: TestClient, body: bytes, status: int, pointer: str | None
) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/predict", content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == MEDIA_TYPE
    problem = response.json()
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    assert [error["pointer"] for error in problem.get("errors", [])][:1] == (
        [pointer] if pointer else []
    )


@pytest.mark.parametrize(
    ("field", "value"), [("harm_types", "monetary loss"), ("motion", " "), ("pro_se", "perhaps")]
)
def test_every_route_reports_a_field_alike(client: TestClient, field: str, value: str) -> None:
    invalid = CLEARVIEW | {field: value}
    [error] = client.post("/v1/predict", json=invalid).json()["errors"]
    [nested] = client.post("/v1/what-if", json={"motion": invalid}).json()["errors"]
    [reject] = client.post("/v1/predict/batch", json=[invalid]).json()["rejects"]
    assert reject["reasons"] == [f"{field}: {error['detail']}"]
    assert error["pointer"] == f"#/{field}"
    assert nested == {"pointer": f"#/motion/{field}", "detail": error["detail"]}


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/csv"])
def test_a_body_that_is_not_sent_as_json_is_refused(client: TestClient, content_type: str) -> None:
    body = json.dumps(CLEARVIEW).encode()
    response = client.post("/v1/predict", content=body, headers={"Content-Type": content_type})
    assert response.status_code == 415
    assert "Content-Type: application/json" in response.json()["detail"]


def test_a_body_without_a_length_is_limited_too(client: TestClient) -> None:
    def parts() -> Iterator[bytes]:
        yield from [b"x" * 100_000] * 30

    headers = {"Content-Type": "application/json"}
    assert client.post("/v1/predict", content=parts(), headers=headers).status_code == 413


def test_keys_and_rate_limit(trained: Any) -> None:
    key, digest = new_key()
    access = AccessControl({"firm": digest}, "2/minute")
    client = TestClient(build_app(ModelWatcher(trained.predictor, None), access))
    assert client.get("/v1/model").status_code == 401
    headers = {"Authorization": f"Bearer {key}"}
    statuses = [client.get("/v1/model", headers=headers).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/health/live").status_code == 200


def test_the_audit_log_can_be_backtested(trained: Any, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    client = TestClient(build_app(ModelWatcher(trained.predictor, None), audit_log=AuditLog(path)))
    answer = client.post("/v1/predict", json=CLEARVIEW).json()
    assert client.post("/v1/predict", json={"motion": "x"}).status_code == 422
    client.post("/v1/predict/batch", json=[CLEARVIEW | {"id": "b1"}, CLEARVIEW | {"id": "b2"}])
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["id"] for line in lines] == [CLEARVIEW["id"], "b1", "b2"]
    assert lines[0]["p_grant"] == answer["p_grant"]
    assert lines[0]["request_id"] == answer["request_id"]
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text("id,outcome\nb1,denied\nb2,denied\n")
    result = CliRunner().invoke(app, ["backtest", str(path), str(outcomes)])
    assert result.exit_code in (0, 3), result.output
    assert "2 predictions" in result.output


def test_an_audited_motion_without_an_id_is_joined_by_its_request(
    trained: Any, tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, with_text=True)
    client = TestClient(build_app(ModelWatcher(trained.predictor, None), audit_log=log))
    unidentified = {name: value for name, value in CLEARVIEW.items() if name != "id"}
    answer = client.post("/v1/predict?base_rate=0.1", json=unidentified).json()
    line = json.loads(path.read_text())
    assert (line["base_rate"], line["p_grant"]) == (0.1, answer["p_grant"])
    p_unadjusted = answer["base_rate_adjustment"]["p_unadjusted"]
    assert line["p_grant_unadjusted"] == p_unadjusted > line["p_grant"]
    with path.open("a") as audit:
        audit.write(json.dumps(line | {"p_high": 0.0}) + "\n")  # which the backtest rejects
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text(f"id,outcome\n{answer['request_id']},denied\n")
    result = CliRunner().invoke(app, ["backtest", str(path), str(outcomes)])
    assert result.exit_code == 3
    assert "adjusted" in result.output
    rejects = tmp_path / "audit.jsonl.rejects.jsonl"
    assert "face-search" in rejects.read_text()
    assert rejects.stat().st_mode & 0o777 == path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_costs_the_audit_line_not_the_answer(trained: Any) -> None:
    log = AuditLog(Path("/dev/full"))
    client = TestClient(build_app(ModelWatcher(trained.predictor, None), audit_log=log))
    assert client.post("/v1/predict", json=CLEARVIEW).status_code == 200
    assert "enjoin_audit_failures_total 1.0" in client.get("/metrics").text
    assert "No space left" in client.get("/health/ready").json()["audit_error"]


def test_other_machines_need_keys(trained: Any) -> None:
    result = CliRunner().invoke(app, ["serve", "--host", "0.0.0.0"])
    assert result.exit_code == 2
    assert "keys" in result.output
    made = CliRunner().invoke(app, ["key", "firm"])
    assert re.fullmatch(r"firm:[0-9a-f]{64}\n", made.stdout)
    assert CliRunner().invoke(app, ["key", "a firm"]).exit_code == 2


def test_what_if_and_comparables_in_the_terminal(trained: Any, tmp_path: Path) -> None:
    path = tmp_path / "motion.json"
    path.write_text(json.dumps(CLEARVIEW))
    helpful = CliRunner().invoke(app, ["what-if", str(path)])
    assert helpful.exit_code == 0, helpful.output
    assert "Probability of grant" in helpful.output
    rates = [("0.1", "--base-rate"), ("0.9", "--base-rate")]
    adjusted = [
        json.loads(CliRunner().invoke(app, ["what-if", str(path), option, rate, "--json"]).stdout)
        for rate, option in rates
    ]
    assert adjusted[0]["p_grant"] < adjusted[1]["p_grant"]
    changes = ["--set", "remedial_steps=[]", "--set", "delay_months=9"]
    changed = CliRunner().invoke(app, ["what-if", str(path), *changes])
    assert changed.exit_code == 0, changed.output
    assert "remedial steps: none" in changed.output
    for command in ("predict", "what-if"):
        misspelled = CliRunner().invoke(app, [command, str(path), "--set", "harm_timming=imminent"])
        assert misspelled.exit_code == 2
        assert "harm_timming" in misspelled.output
    invalid = CliRunner().invoke(app, ["what-if", str(path), "--set", "notice=x"])
    assert invalid.exit_code == 2
    assert "notice" in invalid.output
    comparables = CliRunner().invoke(app, ["comparables", str(path), "--limit", "2"])
    assert comparables.exit_code == 0, comparables.output
    assert comparables.output.count("similarity") == 2
