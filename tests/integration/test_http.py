"""The HTTP endpoint: what-if, comparables, and what a wrong request is told."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from anyio.to_thread import current_default_thread_limiter
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from data.embedded import clearview_motion, embedded_rulings
from enjoin import app
from serve.http.app import AT_ONCE, build_app
from serve.http.audit import AuditLog
from serve.http.auth import Gate, new_key
from serve.http.errors import MEDIA_TYPE
from serve.http.model_watcher import Answering
from serve.http.server import THREADS
from serve.predictor import Predictor

CLEARVIEW = clearview_motion().model_dump(mode="json")


@pytest.fixture(scope="module")
def client(trained: Any) -> TestClient:
    return TestClient(build_app(Answering(trained.predictor)), raise_server_exceptions=False)


def test_an_answer_carries_the_name_of_its_request(client: TestClient) -> None:
    response = client.post("/v1/predict", json=CLEARVIEW, headers={"X-Request-ID": "docket-7"})
    assert response.headers["x-request-id"] == response.json()["request_id"] == "docket-7"
    assert response.headers["x-content-type-options"] == "nosniff"
    for bad in ("", "a b", "x" * 65):
        named = client.get("/health/live", headers={"X-Request-ID": bad}).headers["x-request-id"]
        assert named not in (bad, "")
    batch = client.post("/v1/predict/batch", json=[CLEARVIEW]).json()
    assert batch["answers"][0]["p_grant"] == response.json()["p_grant"]


def test_what_if_over_http(client: TestClient) -> None:
    before = client.post("/v1/predict", json=CLEARVIEW).json()["p_grant"]
    changes = {"remedial_steps": [], "remedial_scope": "none", "speculation_signals": []}
    answer = client.post("/v1/what-if", json={"motion": CLEARVIEW, "changes": changes}).json()
    assert answer["p_grant"] == before
    assert answer["together"]["p_grant"] > before
    assert [list(change["changes"]) for change in answer["changes"]] == [[f] for f in changes]
    found = client.post("/v1/what-if", json={"motion": CLEARVIEW}).json()
    assert found["together"] is None
    assert {change["party"] for change in found["changes"]} <= {"movant", "opponent"}
    for change in found["changes"]:
        assert change["points"] * (1 if change["party"] == "movant" else -1) > 0
        redone = client.post("/v1/predict", json=CLEARVIEW | change["changes"]).json()
        assert redone["p_grant"] == pytest.approx(change["p_grant"], abs=1e-12)
    wrong = client.post("/v1/what-if", json={"motion": CLEARVIEW, "changes": {"notice": "x"}})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "#/changes/notice"


@pytest.mark.parametrize("wrong", ["set", "change", "prior"])
def test_a_misspelt_question_is_not_taken_for_another(client: TestClient, wrong: str) -> None:
    response = client.post("/v1/what-if", json={"motion": CLEARVIEW, wrong: {"pro_se": True}})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == f"#/{wrong}"


def test_short_motions_and_all_else_do_not_wait_for_long_papers(trained: Any) -> None:
    started, ended = threading.Semaphore(0), threading.Event()

    class Busy(Predictor):
        def answer(self, motions: Any, prior: Any = None) -> Any:
            if len(motions[0].motion) > AT_ONCE:
                started.release()
                assert ended.wait(60)
            return super().answer(motions, prior)

    busy = Busy(*(getattr(trained.predictor, part.name) for part in fields(Predictor)))
    with (
        TestClient(build_app(Answering(busy))) as client,
        ThreadPoolExecutor(THREADS) as several,
    ):
        client.portal.call(limit)  # type: ignore[union-attr]
        long = CLEARVIEW | {"motion": CLEARVIEW["motion"] * 20}
        asked = [several.submit(client.post, "/v1/predict", json=long) for _ in range(THREADS)]
        for _ in asked:
            assert started.acquire(timeout=60)  # every thread is taken
        try:
            assert client.post("/v1/predict", json=CLEARVIEW).status_code == 200
            assert client.post("/v1/predict", json={}).status_code == 422
            for path in ("/", "/page.js", "/metrics", "/v1/schema", "/v1/model", "/v1/example"):
                assert client.get(path).status_code == 200
            assert client.get("/nothing").status_code == 404
        finally:
            ended.set()
        assert [each.result().status_code for each in asked] == [200] * THREADS


async def limit() -> None:
    current_default_thread_limiter().total_tokens = THREADS


def test_comparables_over_http(client: TestClient) -> None:
    answer = client.post("/v1/comparables?most=7", json=CLEARVIEW).json()
    assert len(answer["rulings"]) == 7
    likeness = [ruling["likeness"] for ruling in answer["rulings"]]
    assert likeness == sorted(likeness, reverse=True)
    rate = answer["comparable_rate"]
    assert rate == client.post("/v1/predict", json=CLEARVIEW).json()["comparable_rate"]
    assert 0 <= rate["low"] <= rate["rate"] <= rate["high"] <= 1


def test_comparables_are_never_of_the_own_case(trained: Any, client: TestClient) -> None:
    rulings = embedded_rulings()
    ruling = next(r for r in rulings if r.case_id and r.court and r.docket_number)
    same_case = {other.id for other in rulings if other.case_id == ruling.case_id}
    row = ruling.as_motion().model_dump(mode="json")
    found = client.post("/v1/comparables?most=50", json=row).json()["rulings"]
    assert same_case.isdisjoint(one["id"] for one in found)
    # Without what names its case the ruling is its own nearest.
    unnamed = row | dict.fromkeys(("id", "case_id", "docket_number"))
    nearest = client.post("/v1/comparables?most=1", json=unnamed).json()["rulings"][0]
    assert nearest["id"] == ruling.id
    assert nearest["differs"] == []


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b'{"motion": "x", ', 400, None),
        (b"[1, 2]", 422, "#"),
        (b'{"motion_type": "tro", "motion": " "}', 422, "#/motion"),
        (b'{"motion_type": "writ", "motion": "x"}', 422, "#/motion_type"),
        (b'{"motion_type": "tro", "motion": "x", "outcome": "granted"}', 422, "#/outcome"),
        (b'{"motion_type": "tro", "motion": "x", "harm_types": ["a"]}', 422, "#/harm_types/0"),
        (b'{"motion_type": "tro", "motion": "' + b"x" * 2_000_001 + b'"}', 413, None),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
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


def test_a_field_is_told_of_alike_at_every_door(client: TestClient) -> None:
    for field, value in (("harm_types", "monetary loss"), ("motion", " "), ("pro_se", "perhaps")):
        wrong = CLEARVIEW | {field: value}
        [error] = client.post("/v1/predict", json=wrong).json()["errors"]
        [asked] = client.post("/v1/what-if", json={"motion": wrong}).json()["errors"]
        [reject] = client.post("/v1/predict/batch", json=[wrong]).json()["rejects"]
        assert reject["reasons"] == [f"{field}: {error['detail']}"]
        assert error["pointer"] == f"#/{field}"
        assert asked == {"pointer": f"#/motion/{field}", "detail": error["detail"]}


@pytest.mark.parametrize("sent", ["application/x-www-form-urlencoded", "text/csv"])
def test_a_body_that_is_not_sent_as_json_is_told_of(client: TestClient, sent: str) -> None:
    body = json.dumps(CLEARVIEW).encode()
    response = client.post("/v1/predict", content=body, headers={"Content-Type": sent})
    assert response.status_code == 415
    assert "Content-Type: application/json" in response.json()["detail"]


def test_a_body_whose_length_is_not_told_is_limited_too(client: TestClient) -> None:
    parts = (b"x" * 100_000 for _ in range(30))
    headers = {"Content-Type": "application/json"}
    assert client.post("/v1/predict", content=parts, headers=headers).status_code == 413


def test_other_failures_are_problems_too(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for response, status in (
        (client.get("/v1/nothing"), 404),
        (client.get("/v1/predict"), 405),
    ):
        assert response.status_code == response.json()["status"] == status
        assert response.headers["content-type"] == MEDIA_TYPE
    monkeypatch.setattr("serve.predictor.build_features", None)
    failed = client.post("/v1/predict", json=CLEARVIEW)
    assert failed.status_code == failed.json()["status"] == 500
    assert "NoneType" not in failed.text


def test_keys_and_rates(trained: Any) -> None:
    key, digest = new_key()
    client = TestClient(build_app(Answering(trained.predictor), Gate({"firm": digest}, "2/minute")))
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {key}"}):
        refused = client.get("/v1/model", headers=headers)
        assert refused.status_code == refused.json()["status"] == 401
        assert refused.headers["www-authenticate"] == "Bearer"
    mine = {"Authorization": f"Bearer {key}"}
    statuses = [client.get("/v1/model", headers=mine).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert int(client.get("/v1/model", headers=mine).headers["retry-after"]) > 0
    assert client.get("/health/live").status_code == 200


def test_the_audit_log_can_be_backtested(trained: Any, tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    client = TestClient(build_app(Answering(trained.predictor), audit=log))
    answer = client.post("/v1/predict", json=CLEARVIEW).json()
    assert client.post("/v1/predict", json={"motion": "x"}).status_code == 422
    client.post("/v1/predict/batch", json=[CLEARVIEW | {"id": "b1"}, CLEARVIEW | {"id": "b2"}])
    text = (tmp_path / "audit.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["id"] for line in lines] == [CLEARVIEW["id"], "b1", "b2"]
    assert lines[0]["p_grant"] == answer["p_grant"]
    assert lines[0]["request_id"] == answer["request_id"]
    assert CLEARVIEW["motion"][:40] not in text
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text("id,outcome\nb1,denied\nb2,denied\n")
    arguments = ["backtest", str(tmp_path / "audit.jsonl"), str(outcomes)]
    result = CliRunner().invoke(app, arguments)
    assert "2 predictions have their outcome" in result.output
    assert result.exit_code in (0, 3), result.output


def test_an_audited_motion_is_joined_by_its_request_and_with_its_prior(
    trained: Any, tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path, with_text=True)
    client = TestClient(build_app(Answering(trained.predictor), audit=log))
    nameless = {name: value for name, value in CLEARVIEW.items() if name != "id"}
    answer = client.post("/v1/predict?prior=0.1", json=nameless).json()
    line = json.loads(path.read_text())
    assert (line["prior"], line["p_grant"]) == (0.1, answer["p_grant"])
    assert line["p_grant_unadjusted"] == answer["prior"]["p_unadjusted"] > 2 * line["p_grant"]
    with path.open("a") as audit:
        audit.write(json.dumps(line | {"p_high": 0.0}) + "\n")
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text(f"id,outcome\n{answer['request_id']},denied\n")
    result = CliRunner().invoke(app, ["backtest", str(path), str(outcomes)])
    assert result.exit_code == 3
    told = " ".join(result.output.split())
    assert "1 predictions have their outcome" in told
    assert "predictions were adjusted to another grant rate" in told
    rejects = tmp_path / "audit.jsonl.rejects.jsonl"
    assert "face-search" in rejects.read_text()
    assert rejects.stat().st_mode & 0o777 == path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_costs_the_log_not_the_answer(trained: Any) -> None:
    client = TestClient(build_app(Answering(trained.predictor), audit=AuditLog(Path("/dev/full"))))
    assert client.post("/v1/predict", json=CLEARVIEW).status_code == 200
    assert "enjoin_audit_failures_total 1.0" in client.get("/metrics").text


def test_measures(client: TestClient) -> None:
    client.get("/v1/schema")
    client.get("/made/up")
    text = client.get("/metrics").text
    assert 'enjoin_requests_total{path="/v1/schema",status="200"}' in text
    assert "made" not in text
    assert "enjoin_model{" in text


def test_only_this_machine_is_answered_without_keys(trained: Any) -> None:
    result = CliRunner().invoke(app, ["serve", "--host", "0.0.0.0"])
    assert result.exit_code == 2
    assert "API keys are needed" in result.output
    made = CliRunner().invoke(app, ["key", "firm"])
    assert re.fullmatch(r"firm:[0-9a-f]{64}\n", made.stdout)
    assert CliRunner().invoke(app, ["key", "a firm"]).exit_code == 2


def test_what_if_and_comparables_in_the_terminal(trained: Any, tmp_path: Path) -> None:
    path = tmp_path / "motion.json"
    path.write_text(json.dumps(CLEARVIEW))
    found = CliRunner().invoke(app, ["what-if", str(path)])
    assert found.exit_code == 0, found.output
    assert "opponent" in found.output
    asked = ["what-if", str(path), "--set", "remedial_steps=[]", "--set", "delay_months=9"]
    told = CliRunner().invoke(app, asked)
    assert "remedial steps: none" in told.output
    assert "all together" in told.output
    for command in ("predict", "what-if"):
        misspelt = CliRunner().invoke(app, [command, str(path), "--set", "harm_timming=imminent"])
        assert misspelt.exit_code == 2
        assert "harm_timming" in misspelt.output
    wrong = CliRunner().invoke(app, ["what-if", str(path), "--set", "notice=x"])
    assert wrong.exit_code == 2
    assert "notice" in wrong.output
    alike = CliRunner().invoke(app, ["comparables", str(path), "--most", "2"])
    assert alike.output.count("likeness") == 2
    assert "training rulings most like it" in alike.output
