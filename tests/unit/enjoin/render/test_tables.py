"""Tables of small frames: rulings, features, evaluations, promotions, scored dockets."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from data.embedded import embedded_rulings
from enjoin.render.data import show_description
from enjoin.render.evaluation import show_design_comparison, with_interval
from enjoin.render.features import show_ablation, show_extraction, show_hits, show_misread
from enjoin.render.promotion import show_verdict
from enjoin.render.scoring import report_summary
from features.document import Document
from serve.batch.job import ScoreSummary
from train.evaluate.refits import NOTHING, SHIPPED
from train.tracking.comparison import Gap
from train.tracking.promotion import Check, Verdict


def _metrics(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"metric": names, "value": 0.25, "low": 0.2, "high": 0.3})


PAIRED = ("roc_auc", "roc_auc_difference", "brier_score", "brier_difference")


def test_a_figure_is_over_its_interval() -> None:
    cell = {"value": 0.25, "low": 0.2, "high": 0.3}
    assert with_interval(cell).splitlines() == ["0.250", "\\[0.200, 0.300]"]
    assert with_interval(cell | {"value": np.nan}) == "-"


def test_a_description_counts_and_says_how_to_see_more(rendered: Callable[..., str]) -> None:
    rulings = embedded_rulings()[:60]
    shown = rendered(show_description, rulings, ["court", "year"], 3)
    assert "60 rulings" in shown
    assert "By court" in shown
    assert "--limit" in shown
    latest = max(str(ruling.year) for ruling in rulings)
    assert latest in shown.partition("By year")[2]


def test_the_shipped_design_has_no_difference(rendered: Callable[..., str]) -> None:
    designs = [_metrics(*PAIRED).assign(design=name, mode="text") for name in (SHIPPED, "two bags")]
    shown = rendered(show_design_comparison, pd.concat(designs))
    assert shown.count("0.250") == 2 + 4


def test_an_ablation_names_the_family_removed(rendered: Callable[..., str]) -> None:
    removed = [_metrics(*PAIRED).assign(removed=name) for name in (NOTHING, "harm")]
    shown = rendered(show_ablation, pd.concat(removed))
    assert "nothing" in shown
    assert "harm evidence" in shown
    assert shown.count("0.250") == 2 + 4


@pytest.mark.parametrize("coders", [0, 1])
def test_extraction_shows_precision_first_and_coders_where_there_are_two(
    rendered: Callable[..., str], coders: int
) -> None:
    other = 0.9 if coders else np.nan
    readings = pd.DataFrame(
        {
            "family": ["harm", "doctrine"],
            "field": ["harm_types", "irreparable_harm"],
            "value": ["monetary", "home_lost"],
            "hits": [45, 12],
            "precision": [0.83, 0.55],
            "low": [0.71, 0.3],
            "high": [0.91, 0.7],
            "counts": [True, False],
            "n": [100, 12],
            "positives": [40, 6],
            "recall": [0.7, np.nan],
            "f1": [0.75, np.nan],
            "coders_f1": [other, np.nan],
        }
    )
    families = pd.DataFrame(
        {
            "family": ["harm", "doctrine"],
            "readings": [1, 1],
            "counted": [1, 0],
            "precision": [0.83, np.nan],
            "low": [0.71, np.nan],
            "high": [0.91, np.nan],
            "macro_f1": [0.75, np.nan],
            "coders_macro_f1": [other, np.nan],
        }
    )
    later = (0.86, 0.84, 0.88, 1122)
    shown = rendered(show_extraction, readings, families, "held_out", later)
    row = next(line for line in shown.splitlines() if "harm_types.monetary" in line)
    assert row.index("0.83") < row.index("0.71 to 0.91") < row.index("yes") < row.index("0.75")
    assert "86% (84% to 88%) of 1,122" in shown
    assert "circumstances of doctrine" in shown
    assert ("0.90" in shown) is bool(coders)


def test_misread_rulings_show_their_papers_and_phrases(rendered: Callable[..., str]) -> None:
    ruling = embedded_rulings()[0]
    hits = Document("They fear a data breach.", "motion").hits
    shown = rendered(lambda console: show_misread([(ruling, "missed", hits)] * 3, console, limit=2))
    assert shown.count(f"missed: {ruling.id}") == 2
    assert "data breach" in shown
    assert "3 misread, the first 2 shown" in shown


def test_hits_are_listed_with_their_indicator(rendered: Callable[..., str]) -> None:
    shown = rendered(show_hits, "They fear a [data] breach.\x07 No data breach occurred.", "motion")
    assert "They fear a [data] breach." in shown
    assert "data breach" in shown
    assert "negated" in shown
    assert "No phrase matches" in rendered(show_hits, "Hello.", "motion")


@pytest.mark.parametrize("promoted", [True, False])
def test_a_verdict_shows_checks_and_what_to_do(
    rendered: Callable[..., str], promoted: bool
) -> None:
    gap = Gap("Brier score", "text", 0.21, 0.2, -0.01, -0.02, 0.0)
    check = Check("Brier score", promoted, "difference [-0.02, 0.00]")
    shown = rendered(show_verdict, Verdict(1, 2, (gap,), (check,), promoted))
    assert "-0.0100" in shown
    assert "difference [-0.02, 0.00]" in shown
    assert ("rollback" in shown) is promoted
    assert ("--force" in shown) is not promoted


def test_a_summary_reports_rejects_duplicates_and_adjustments(
    capsys: pytest.CaptureFixture[str],
) -> None:
    summary = ScoreSummary(
        rows=10,
        scored=8,
        rejected=2,
        problems=["row 3: motion: missing"],
        rejects="scored.csv.rejects.jsonl",
        unknown_columns={"colour": None},
        notes=Counter({"court 'x' is not known": 3}),
        duplicate_ids=[f"id-{n}" for n in range(7)],
        adjusted_by_court=3,
        adjusted=5,
    )
    report_summary(summary, "enjoin/1", "scored.csv", is_adjusted=True)
    captured = capsys.readouterr()
    for part in ("row 3", "2 rows rejected", "colour", "(3 rows)", "id-4 ...", "duplicate ids"):
        assert part in captured.err
    assert "id-5" not in captured.err
    assert "8 motions scored by enjoin/1 -> scored.csv" in captured.out
    assert "3 by their court's counts, 2 by --base-rate; 3 not adjusted" in captured.out


def test_a_summary_of_nothing_scored_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    report_summary(ScoreSummary(rows=1, rejected=1), "enjoin/1", "scored.csv", is_adjusted=False)
    captured = capsys.readouterr()
    assert "no row could be scored" in captured.err
    assert captured.out == ""
