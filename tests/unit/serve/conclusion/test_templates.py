"""The templates of the conclusion: every feature finds one, and a mistake in the file is named."""

from importlib.resources import files

import pytest

from features.build import COLUMNS, FAMILIES
from features.indicators import Column
from serve.conclusion.reasons import find_reasons
from serve.conclusion.templates import (
    POINTS,
    TemplateError,
    read_templates,
    states_of,
    templates,
)
from serve.responses import Factor, Side

SOURCE = files("serve").joinpath("conclusion", "conclusion.toml").read_text("utf-8")


def _values(column: Column) -> list[float | str]:
    if column.kind == "flag":
        return [1.0, 0.0]
    if column.kind == "scale":
        return [float(index) for index in range(len(column.values))]
    if column.kind == "category":
        return list(column.values) or ["ilnd"]
    return [0.0, 1.0, 4.5]


def _factor(column: Column, value: float | str, side: Side) -> Factor:
    log_odds = 0.5 if side == "movant" else -0.5
    return Factor(
        factor=column.name,
        family=FAMILIES[column.family],
        label="",
        value=value,
        source="coded",
        log_odds=log_odds,
        points=10 * log_odds,
        favors=side,
    )


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_feature_finds_a_template_and_what_it_says_is_a_clause(column: Column) -> None:
    assert column.name in templates().reasons
    sides: tuple[Side, ...] = ("movant", "opponent")
    for value in _values(column):
        for side in sides:
            for reason in find_reasons([_factor(column, value, side)], {}, (), templates()):
                assert reason.point in POINTS
                assert reason.side == side
                assert reason.words[0].islower()
                assert "{" not in reason.words
                assert not reason.words.endswith(".")


def test_a_feature_without_a_template_of_its_own_finds_that_of_its_family() -> None:
    own = SOURCE.index("[column.harm.voting]")
    without = SOURCE[:own] + SOURCE[SOURCE.index("[", own + 1) :]
    (voting,) = (column for column in COLUMNS if column.name == "harm.voting")
    (reason,) = find_reasons(
        [_factor(voting, 1.0, "movant")], {}, (), read_templates(without.encode())
    )
    assert voting.meaning in reason.words
    assert reason.point == "harm"


def test_no_fact_is_stated_of_a_flag_that_is_absent() -> None:
    for column in COLUMNS:
        if column.kind == "flag":
            said = templates().reasons[column.name].said
            shown = {words for (state, _), words in said.items() if state == "yes"}
            absent = {words for (state, _), words in said.items() if state in ("no", "any")}
            assert not shown & absent


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("{rate}; the estimate", "{rates}; the estimate", ("[opening] usual", "{rates}", "{rate}")),
        ('wide = "', 'widest = "', ("[opening]", "wide")),
        ("[column.harm.timing]", "[column.harm.tempo]", ("[column.harm]", "'tempo'")),
        ("imminent.for", "looming.for", ("[column.harm.timing]", "'looming'", "imminent")),
        ("imminent.for", "imminent.with", ("[column.harm.timing] imminent", "'with'")),
        ("it is near at hand", "it is {near} at hand", ("imminent.for", "{near}", "{value}")),
        ("it is near at hand", "it is near at {hand", ("imminent.for",)),
        ("below = 0.075", "below = 0.01", ("[[rate]] 2", "above")),
        ("below = 1.01", "below = 0.99", ("[[rate]]", "above 1")),
        ('point = "hardships"', 'point = "hardship"', ("'hardship'", "hardships")),
        ("[general.forum]", "[general.fora]", ("[general]", "'fora'")),
        ("[warning]", "[warnings]", ("'warnings'", "warning")),
        ('unsaid = "how many cases a side cites is no reason"', "", ("authorities", "unsaid")),
        ("[[rate]]", "[[rate", ("conclusion.toml",)),
    ],
)
def test_a_mistake_is_named_with_file_and_place(
    before: str, after: str, named: tuple[str, ...]
) -> None:
    assert before in SOURCE
    with pytest.raises(TemplateError) as error:
        read_templates(SOURCE.replace(before, after, 1).encode())
    for part in ("serve/conclusion/conclusion.toml", *named):
        assert part in str(error.value)


def test_the_states_of_a_feature_are_those_it_can_have() -> None:
    by_name = {column.name: column for column in COLUMNS}
    assert states_of(by_name["harm.voting"]) == {"yes", "no"}
    assert "imminent" in states_of(by_name["harm.timing"])
    assert states_of(by_name["harm.delay_months"]) == {"zero", "any"}
