"""A long paper without codings: every door gives the same numbers and the same plain words."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from scipy.special import logit
from typer.testing import CliRunner

from data.embedded import embedded_rulings
from data.schema import Motion
from enjoin import app
from features.build import BUILT, build_features
from serve.docket.scored import read_scored
from serve.http.app import build_app
from serve.http.model_watcher import ModelWatcher
from serve.predictor import Predictor
from serve.pyfunc import _load_pyfunc
from serve.what_if.what_if import what_if
from tests.support.long_paper_record import LONG_PAPERS
from train.model.calibration import INTERVAL
from train.model.grant_model import LONG_PAPERS as RECORD
from train.model.grant_model import GrantModel
from train.model.store import save_model
from train.modes import mode_of

SHORT = Motion(id="short", motion_type="tro", motion=embedded_rulings()[1].motion, court="ilnd")
LONG = SHORT.model_copy(
    update={"id": "long", "motion": " ".join(row.motion for row in embedded_rulings()[:5])}
)
RECIPE = LONG.model_copy(
    update={"id": "recipe", "motion": "Whisk flour, butter, sugar and eggs; bake golden. " * 40}
)
CODED = LONG.model_copy(update={"id": "coded", "remedial_steps": ()})
RATED = LONG.model_copy(update={"id": "rated", "irreparable_harm": 4})
FORECAST = LONG.model_copy(update={"id": "forecast", "forecast": 0.4})
SUMMARY = LONG.model_copy(update={"id": "summary", "summary": SHORT.motion})
MOTIONS = [SHORT, LONG, RECIPE, CODED, RATED, FORECAST, SUMMARY]
NUMBERS = ["p_grant", "p_low", "p_high"]
DEVIATIONS = NormalDist().inv_cdf((1 + INTERVAL) / 2)
UNTESTED = "Not tested on papers of this length, but on papers of about 60 words."
TESTED = (
    "Tested on papers of about 60 words; on 34 long papers, reading by phrases was no better than "
    "the base rate."
)


UNWIDENED = LONG_PAPERS | {
    "by_phrases": {
        mode: scores | {"spread": 0.0} for mode, scores in LONG_PAPERS["by_phrases"].items()
    }
}


def _with_record(model: GrantModel, record: dict[str, Any] | None) -> GrantModel:
    return replace(model, facts=model.facts | {RECORD: record})


@pytest.fixture
def untested(trained: Any) -> Predictor:
    """Give the tiny model, which was measured on no long paper."""
    predictor: Predictor = trained.predictor
    return replace(predictor, model=_with_record(predictor.model, None))


@pytest.fixture
def tested(trained: Any, tmp_path: Path) -> Iterator[Predictor]:
    """Give the tiny model as if measured on long papers, in a folder of its own."""
    save_model(_with_record(trained.predictor.model, LONG_PAPERS), tmp_path / "model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENJOIN_MODEL", str(tmp_path / "model"))
        yield Predictor.load(str(tmp_path / "model"))


def _half_widths(predictor: Predictor, motion: Motion) -> Any:
    p, low, high = predictor.score([motion])[NUMBERS].to_numpy()[0]
    return np.diff(logit([low, p, high]))


def test_only_a_long_paper_without_codings_is_told_so(tested: Predictor) -> None:
    assert [mode_of(motion) for motion in MOTIONS] == [
        *("text", "text", "text", "coded", "rated", "forecast", "text")
    ]
    answers = {answer.id: answer for answer in tested.answer(MOTIONS)}
    told = {name for name, answer in answers.items() if "long paper" in str(answer.out_of_scope)}
    assert told == {"long", "recipe", "coded"}
    assert told == {
        name
        for name, answer in answers.items()
        if answer.performance and answer.performance.long_papers
    }
    n_words = len(LONG.motion.split())
    assert answers["long"].out_of_scope[-1] == f"long paper read by phrases only ({n_words} words)"
    assert not answers["long"].in_scope
    assert len(answers["recipe"].out_of_scope) > 1
    performance = answers["long"].performance
    assert performance is not None
    assert performance.warning is not None
    assert performance.warning.startswith(TESTED)
    assert performance.rulings == 34
    assert all(note.startswith("not read from text") for note in answers["long"].notes)


def test_without_a_test_on_long_papers_that_is_said(untested: Predictor) -> None:
    long, short = untested.answer([LONG, SHORT])
    assert long.performance is None
    assert any(note.startswith(UNTESTED) for note in long.notes)
    assert short.performance is not None
    assert not any(note.startswith(UNTESTED) for note in short.notes)
    assert not long.in_scope


def test_the_interval_is_as_wide_as_the_test_calls_for(
    tested: Predictor, untested: Predictor
) -> None:
    facts = tested.model.facts | {"median_words": 5000}  # to this model, no paper is long
    plain = replace(tested, model=replace(tested.model, facts=facts))
    scope = tested.model.ensembles["unrated"].calibration.spread
    assert plain.score([LONG, RECIPE])["in_scope"].tolist() == [True, False]
    narrow = replace(tested, model=_with_record(tested.model, UNWIDENED))
    for motion, widened in ((LONG, 0.0), (RECIPE, scope)):
        # Out of scope for its words too, it is not widened twice.
        bags = np.sqrt((_half_widths(narrow, motion) / DEVIATIONS) ** 2 - widened**2)
        for predictor, spread in ((tested, max(1.1, widened)), (untested, scope)):
            expected = DEVIATIONS * np.hypot(bags, spread)
            assert _half_widths(predictor, motion) == pytest.approx(expected)
        assert tested.score([motion])["p_grant"][0] == narrow.score([motion])["p_grant"][0]
    bags = _half_widths(narrow, CODED) / DEVIATIONS
    assert _half_widths(tested, CODED) == pytest.approx(DEVIATIONS * np.hypot(bags, 0.9))
    for motion in (SHORT, SUMMARY):
        assert _half_widths(tested, motion) == pytest.approx(_half_widths(plain, motion))


def test_in_a_long_paper_only_what_is_read_rightly_there_counts(untested: Predictor) -> None:
    model = untested.model
    read = {"notice": [19, 20], "movant_type": [9, 20]}
    measured = _with_record(model, LONG_PAPERS | {"readings": read})
    assert {reading.field for reading in measured.counted_in_long_papers} == {"notice"}
    assert model.counted_in_long_papers == frozenset()  # not measured: nothing counts
    long = LONG.model_copy(update={"opposition": "The company opposes and says that it is late."})
    short = long.model_copy(update={"motion": SHORT.motion})
    frame = measured.prepare(build_features([long, short]))
    assert frame.source(0, "motion_type.notice") == frame.source(1, "motion_type.notice") == "text"
    fields = [column.name for column in BUILT if column.field or column.counts]
    read_of = [{name for name in fields if frame.source(row, name) == "text"} for row in (0, 1)]
    assert read_of[0] == {"motion_type.notice"} < read_of[1]
    (answer,) = replace(untested, model=measured).answer([long])
    said = {phrase.meaning for phrase in answer.evidence if phrase.factor != "motion_type.notice"}
    assert said <= {None}


def test_several_forecasts_that_differ_widen_a_long_paper_s_interval(tested: Predictor) -> None:
    differing = FORECAST.model_copy(update={"forecast_spread": 0.8})
    ensemble = tested.model.ensembles["forecast"]
    further = DEVIATIONS * 0.8 * ensemble.forecast_effect()
    expected = np.hypot(_half_widths(tested, FORECAST), further)
    assert _half_widths(tested, differing) == pytest.approx(expected)


def test_every_door_says_the_same(tested: Predictor, tmp_path: Path) -> None:
    expected = tested.score(MOTIONS)
    reasons = expected["why_out_of_scope"]
    assert reasons.isna().tolist() == expected["in_scope"].tolist()
    assert reasons[1].endswith(
        f"long paper read by phrases only ({len(LONG.motion.split())} words)"
    )
    assert "; long paper" in reasons[2]
    rows = [motion.model_dump(mode="json") for motion in MOTIONS]
    source = tmp_path / "pending.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)))
    numbers = expected[NUMBERS].to_numpy(float)

    for kind in ("csv", "jsonl", "parquet"):
        output = tmp_path / f"scored.{kind}"
        result = CliRunner().invoke(app, ["score", str(source), str(output), "--jobs", "1"])
        assert result.exit_code == 0, result.output
        printed = " ".join(result.output.split())
        assert f"{TESTED} Code the motion" in printed
        assert "reading by phrases and codings was no better" in printed
        assert "(2 rows)" in printed
        motions = read_scored(output).motions
        assert [motion.why_out_of_scope for motion in motions] == [
            reason if isinstance(reason, str) else None for reason in reasons
        ]
        got = [[getattr(motion, name) for name in NUMBERS] for motion in motions]
        assert np.allclose(got, numbers, atol=1e-9, rtol=0)

    table = _load_pyfunc(str(tmp_path / "model")).predict(pd.DataFrame(rows))
    assert np.allclose(table[NUMBERS].to_numpy(float), numbers, atol=1e-9, rtol=0)
    assert table["why_out_of_scope"].dropna().tolist() == reasons.dropna().tolist()

    path = tmp_path / "motion.json"
    path.write_text(json.dumps(rows[1]))
    as_json = CliRunner().invoke(app, ["predict", str(path), "--json"])
    client = TestClient(build_app(ModelWatcher(tested, None)))
    for answer in (json.loads(as_json.stdout), client.post("/v1/predict", json=rows[1]).json()):
        assert np.allclose([answer[name] for name in NUMBERS], numbers[1], atol=1e-9, rtol=0)
        assert "; ".join(answer["out_of_scope"]) == reasons[1]
        assert answer["performance"]["tested_on"] == "34 papers of 250 to 3,200 words"
        assert answer["performance"]["warning"].startswith(TESTED)
    shown = " ".join(CliRunner().invoke(app, ["predict", str(path)]).output.split())
    assert TESTED in shown
    in_full = " ".join(CliRunner().invoke(app, ["predict", str(path), "--full"]).output.split())
    assert "on 34 papers of 250 to 3,200 words." in in_full
    assert "ROC AUC 0.52" in in_full
    assert "0.246" in in_full

    page = tmp_path / "docket.html"
    result = CliRunner().invoke(app, ["docket", str(tmp_path / "scored.csv"), str(page)])
    assert result.exit_code == 0, result.output
    assert "3 motions are long papers read by phrases" in page.read_text("utf-8")

    # One coding more does not make a long paper well read.
    coded = what_if(tested, LONG, {"remedial_steps": []}).combined
    assert coded is not None
    assert [coded.p_low, coded.p_high] == pytest.approx(numbers[3, 1:])
    answer_now = what_if(tested, LONG, {"remedial_steps": []})
    assert [answer_now.p_low, answer_now.p_high] == pytest.approx(numbers[1, 1:])
