"""The report and the model card of a small evaluation, made without fitting a model."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from data.embedded import embedded_rulings
from data.leakage import LeakageAudit, LeakingWord
from features.build import COLUMNS, build_features
from features.frame import FeatureFrame
from features.indicators import Reading
from train.evaluate.baselines import INFORMED_BASE_RATE
from train.evaluate.protocols import (
    ANY_MODE,
    MODEL,
    PROTOCOLS,
    Evaluation,
    recalibrated_name,
    score_tables,
)
from train.evaluate.slices import slice_facts, slice_table
from train.model.readings import Precision, Readings
from train.modes import MODES
from train.report import plots
from train.report.model_card import MIN_BAGS_FOR_INTERVALS, model_card
from train.report.page import ERRORS_PER_MODE, Plot, card_as_html, draw_plots, report_page

RULINGS = embedded_rulings()[:120]
GRANTED = np.array([ruling.outcome.value != "denied" for ruling in RULINGS])
RNG = np.random.default_rng(4)
P_GRANT = np.clip(RNG.normal(0.45 + 0.2 * GRANTED, 0.15), 0.02, 0.98)
BETTER = recalibrated_name("isotonic")
READINGS = Readings(
    {
        Reading("harm_types", "voting"): Precision(20, 18, 0.75, 1.0),
        Reading("harm_types", "monetary"): Precision(20, 9, 0.3, 0.6),
    }
)
WORD = LeakingWord("denied <b>", 1, 30, ("a-v-b", "c-v-d"), decisive=True)
LEAKAGE = LeakageAudit(120, 120, (), (), (), 0.9, 0.85, 0.95, (WORD,))
FACTS = {
    "years": [1990, 2024],
    "n_rulings": 120,
    "n_cases": 100,
    "data_digest": "0123456789abcdef",
    "median_words": 150,
    "rulings_by_mode": {"forecast": 120, "rated": 120, "coded": 120, "text": 120},
    "n_bags": 20,
}


def _predictions() -> pd.DataFrame:
    facts = pd.DataFrame([slice_facts(ruling) for ruling in RULINGS]).assign(
        id=[ruling.id for ruling in RULINGS],
        case=np.arange(len(RULINGS)),
        outcome=[ruling.outcome.value for ruling in RULINGS],
        granted=GRANTED,
        fold=1,
    )
    parts = []
    for protocol in PROTOCOLS:
        for mode in MODES:
            parts.append(facts.assign(protocol=protocol, mode=mode, model=MODEL, p_grant=P_GRANT))
            parts.append(facts.assign(protocol=protocol, mode=mode, model=BETTER, p_grant=P_GRANT))
            oracle = np.where(GRANTED, 0.9, 0.1)
            parts.append(facts.assign(protocol=protocol, mode=mode, model="oracle", p_grant=oracle))
        rate = np.full(len(RULINGS), GRANTED.mean())
        parts.append(
            facts.assign(protocol=protocol, mode=ANY_MODE, model=INFORMED_BASE_RATE, p_grant=rate)
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    predictions = _predictions()
    table, differences = score_tables(predictions)
    slices = slice_table(predictions[predictions["model"] == MODEL])
    return Evaluation(predictions, table, differences, slices, 2022)


@pytest.fixture(scope="module")
def frame() -> FeatureFrame:
    return build_features(RULINGS).with_inferred_ratings(None)


@pytest.fixture(scope="module")
def shap_values() -> pd.DataFrame:
    names = [column.name for column in COLUMNS]
    values = RNG.normal(0, 0.1, (len(RULINGS), len(names)))
    return pd.DataFrame(values, columns=names).assign(base=0.1)


@pytest.fixture(scope="module")
def drawn(
    evaluation: Evaluation, frame: FeatureFrame, shap_values: pd.DataFrame
) -> dict[str, Plot]:
    rows = {"metric": ["brier_score", "roc_auc"], "value": [0.2, 0.7], "low": 0.1, "high": 0.8}
    curve = pd.concat([pd.DataFrame(rows).assign(mode=mode, n_train=90) for mode in MODES])
    return draw_plots(
        dict.fromkeys(MODES, frame), evaluation, curve, dict.fromkeys(MODES, shap_values)
    )


def test_the_page_has_every_plot_and_table_and_needs_no_network(
    evaluation: Evaluation, drawn: dict[str, Plot]
) -> None:
    page = report_page(RULINGS, evaluation, drawn, "# Card\n\nOf <b>", {"seed": 7}, LEAKAGE)
    assert "denied &lt;b&gt;" in page
    assert "a-v-b, c-v-d" in page
    assert "0.850 to 0.950" in page
    images = re.findall(r'<img alt="([^"]+)" src="data:image/png;base64,', page)
    assert set(images) == {plot.caption for plot in drawn.values()} - {drawn["roc_grouped"].caption}
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "<p>Of &lt;b&gt;</p>" in page
    assert "<code>7</code>" in page
    assert "denied &lt;b&gt;" in page
    assert "a-v-b, c-v-d" in page
    assert "0.850 to 0.950" in page
    assert page.count("<strong>Motion.</strong>") == ERRORS_PER_MODE * len(MODES)


def test_the_card_is_shown_as_html() -> None:
    table = "| mode | AUC |\n|---|---|\n| <b>text</b> | 0.7 |\n"
    card = f"# Model card\n\n## Uses\n\n- a `code`\n\n{table}"
    html = card_as_html(card)
    assert "Model card" not in html  # the page has that heading
    for part in ("<h3>Uses</h3>", "<li>a <code>code</code></li>", "<th>AUC</th>", "&lt;b&gt;text"):
        assert part in html
    assert 'tabindex="0"' in html  # a table that scrolls sideways is reached by keyboard
    assert card_as_html("") == ""


def test_the_precision_and_recall_are_whole(evaluation: Evaluation) -> None:
    figure = plots.precision_recall_plot(evaluation.predictions, "rolling")
    (panel,) = figure.axes
    assert panel.get_ylim()[0] <= 0
    assert panel.get_xlim() == (0, 1)
    plt.close(figure)


def test_the_largest_errors_are_those_of_the_model(
    evaluation: Evaluation, drawn: dict[str, Plot]
) -> None:
    page = report_page(RULINGS, evaluation, drawn, "", {}, LEAKAGE)
    worst = int(np.abs(P_GRANT - GRANTED).argmax())
    assert f"{P_GRANT[worst]:.0%} predicted, {RULINGS[worst].outcome.value}" in page


def test_recalibrated_scores_are_shown_under_calibration_only(
    evaluation: Evaluation, drawn: dict[str, Plot]
) -> None:
    page = report_page(RULINGS, evaluation, drawn, "", {}, LEAKAGE)
    start, end = page.index('<h2 id="calibration">'), page.index('<h2 id="curves">')
    assert f"<td>{BETTER}</td>" in page[start:end]
    assert f"<td>{BETTER}</td>" not in page[:start] + page[end:]


def test_plots_are_png(drawn: dict[str, Plot]) -> None:
    assert all(plot.png.startswith(b"\x89PNG") for plot in drawn.values())


def test_the_model_predictions_are_sorted(evaluation: Evaluation) -> None:
    rows = plots.model_predictions(evaluation.predictions, "rolling", "text")
    assert len(rows) == len(RULINGS)
    assert set(rows["model"]) == {MODEL}
    assert rows["p_grant"].is_monotonic_increasing


def test_importance_is_the_mean_absolute_shap_value(shap_values: pd.DataFrame) -> None:
    table = plots.importance_table({"text": shap_values}).set_index("feature")
    name = COLUMNS[0].name
    assert "base" not in table.index
    assert table.loc[name, "text"] == pytest.approx(shap_values[name].abs().mean())


@pytest.fixture
def figure(evaluation: Evaluation) -> Iterator[Figure]:
    figure = plots.reliability_plot(evaluation.predictions, "rolling")
    yield figure
    plots.plt.close(figure)


def test_the_reliability_plot_has_a_panel_per_mode(figure: Figure) -> None:
    assert [panel.get_title().split()[0] for panel in figure.axes] == list(MODES)


def test_the_card_names_the_better_baseline_but_no_recalibration(evaluation: Evaluation) -> None:
    card = model_card(FACTS, 0.5, READINGS, evaluation)
    winners = card.split("## Where a baseline wins")[1].split("##")[0]
    assert winners.count("- oracle") == len(MODES)
    assert BETTER not in card
    assert re.search(r"\| text \| 0\.\d{3} \[0\.\d{3}, 0\.\d{3}\]", card)


def test_the_card_lists_what_is_read_from_text_and_how_rightly(evaluation: Evaluation) -> None:
    section = model_card(FACTS, 0.5, READINGS, evaluation).split("## What is read from text")[1]
    assert "voting 90% of 20" in section
    assert "monetary" not in section
    silent = model_card(FACTS, 0.5, Readings({}), evaluation)
    assert "None." in silent.split("## What is read from text")[1].split("##")[0]


@pytest.mark.parametrize(
    ("changes", "keyword"),
    [
        ({"n_bags": MIN_BAGS_FOR_INTERVALS - 1}, "narrow"),
        ({"rulings_by_mode": {"forecast": 60, "rated": 60, "coded": 120, "text": 120}}, "Only 60"),
    ],
)
def test_the_card_names_limitations_only_where_they_apply(
    evaluation: Evaluation, changes: dict[str, object], keyword: str
) -> None:
    assert keyword not in model_card(FACTS, 0.5, READINGS, evaluation)
    assert keyword in model_card(FACTS | changes, 0.5, READINGS, evaluation)
