"""Long papers: what is read of a folder, which rulings are fitted on, and the record kept."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from data.embedded import embedded_rulings
from data.io.rows import UnreadableInput
from data.labels import labelled_rulings
from train.evaluate.long_paper_record import long_paper_record, record_path
from train.evaluate.long_papers import (
    METRICS,
    LongPaperEvaluation,
    read_long_papers,
    rulings_of_other_cases,
)
from train.tracking.log import rulings_digest

PAPER = (
    "Plaintiff bakes bread under a mark it registered in 1998. Defendant opened a shop of the same "
    "name across the street, and three customers swore that they took one for the other."
)


def _reading(**changes: Any) -> dict[str, Any]:
    fields = {
        "motion_type": {"value": "preliminary_injunction", "quotes": []},
        "harm_evidence": {"value": "declaration", "quotes": ["three customers swore that they"]},
        "likelihood_of_success": {"value": 4, "reason": "registered"},
        "forecast": {"value": 0.7, "reason": "strong"},
        "summary": {
            "motion": "A bakery moves against a shop of the same name.",
            "opposition": None,
        },
    }
    return {"id": "bakery", **fields, **changes}


def _folder(tmp_path: Path, *papers: dict[str, Any], **files: list[dict[str, Any]]) -> Path:
    for name, rows in {"papers": list(papers), **files}.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


BAKERY = {"id": "bakery", "motion": PAPER, "opposition": None, "outcome": "granted_in_part"}


def test_a_paper_takes_what_its_reading_proves(tmp_path: Path) -> None:
    unproven = {"value": "imminent", "quotes": ["the shop opens on Monday morning"]}
    folder = _folder(
        tmp_path,
        BAKERY,
        readings=[_reading(harm_timing=unproven)],
        opinions=[{"id": "bakery", "caption": "Baker v. Shop", "motion_type": "tro"}],
    )
    (paper,) = read_long_papers(folder)
    assert (paper.outcome.value, paper.caption) == ("granted_in_part", "Baker v. Shop")
    motion = paper.motion
    assert motion.motion == PAPER
    assert motion.motion_type == "preliminary_injunction"  # as the reader saw it
    assert motion.harm_evidence == "declaration"
    assert motion.harm_timing is None
    assert (motion.forecast, motion.summary) == (0.7, _reading()["summary"]["motion"])


def test_without_a_reading_the_kind_of_motion_comes_from_elsewhere(tmp_path: Path) -> None:
    folder = _folder(tmp_path, BAKERY, opinions=[{"id": "bakery", "motion_type": "tro"}])
    (paper,) = read_long_papers(folder)
    assert paper.motion.motion_type == "tro"
    assert paper.motion.forecast is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outcome": "settled"}, "row 1.*settled"),
        ({"motion": " "}, "row 1: motion"),
        ({"motion_type": "divorce"}, "row 1: motion_type"),
    ],
)
def test_a_wrong_row_is_named_without_its_words(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UnreadableInput, match=words) as raised:
        read_long_papers(_folder(tmp_path, {"motion_type": "tro"} | BAKERY | changes))
    assert "bread" not in str(raised.value)


def test_a_folder_without_papers_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"papers\.jsonl"):
        read_long_papers(tmp_path)


def test_rulings_that_share_a_party_are_not_fitted_on() -> None:
    ruling = embedded_rulings()[0]
    captions = ["Roe v. Acme Corp.", "Acme, Inc. v. Poe", "Smith v. Jones", None]
    rulings = [ruling.model_copy(update={"caption": caption}) for caption in captions]
    # An appeal, with the parties in another order; "City" alone names no party.
    assert rulings_of_other_cases(rulings, ["Acme Corp. v. Roe", None]).tolist() == [2, 3]
    rulings = [ruling.model_copy(update={"caption": "Lee v. City"})]
    assert rulings_of_other_cases(rulings, ["Poe v. City"]).tolist() == [0]


def _evaluation(text: list[float], forecast: list[float]) -> LongPaperEvaluation:
    parts, tables = [], []
    for name, read, p in (("text", "papers", text), ("forecast", "summary", forecast)):
        facts = {"estimate": name, "text": read}
        ids = [f"paper {row}" for row in range(len(p))]
        granted = np.arange(len(p)) % 2 == 0
        parts.append(pd.DataFrame({"id": ids, "granted": granted, **facts, "p_grant": p}))
        rows = {"metric": list(METRICS), "value": 0.2, "low": 0.1, "high": 0.3}
        tables.append(pd.DataFrame(rows).assign(**facts, in_scope=1.0))
    readings = {"notice": (9, 10)}
    return LongPaperEvaluation(pd.concat(tables), pd.concat(parts), (300, 900), 0, readings)


def test_the_record_tells_how_far_the_words_alone_are_from_the_forecast_mode() -> None:
    text, forecast = [0.5, 0.6, 0.4], [0.8, 0.2, 0.5]
    record = _evaluation(text, forecast).record()
    assert (record["papers"], record["words"]) == (3, [300, 900])
    assert record["base_rate"] == pytest.approx(2 / 3, abs=1e-4)
    assert record["modes"]["text"]["roc_auc"] == [0.2, 0.1, 0.3]
    distance = logit(np.array(text)) - logit(np.array(forecast))
    by_phrases = record["by_phrases"]["text"]
    assert by_phrases["spread"] == pytest.approx(np.sqrt((distance**2).mean()), abs=1e-4)
    assert by_phrases["brier_score"] == [0.2, 0.1, 0.3]
    assert record["readings"] == {"notice": [9, 10]}


def test_the_packaged_record_is_of_the_embedded_rulings() -> None:
    rulings, _ = labelled_rulings(embedded_rulings(), "granted")
    record = long_paper_record(rulings_digest(rulings))
    assert record is not None, (
        f"measure again: enjoin evaluate --papers DIR --record ({record_path()})"
    )
    assert set(record["modes"]) == {"forecast", "rated", "coded", "text"}
    assert {"notice", "harm_types"} <= set(record["readings"])
    assert long_paper_record("of other rulings") is None
