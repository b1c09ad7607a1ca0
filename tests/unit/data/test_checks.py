"""Findings about rulings that fit the schema."""

from datetime import date

import pytest

from data.checks import check_rulings
from data.embedded import embedded_rulings
from data.schema import Ruling

SOME = embedded_rulings()[:30]


def _only(change: dict[str, str | None]) -> list[str]:
    found = check_rulings([SOME[0].model_copy(update=change), *SOME[1:]])
    return [finding.message for finding in found]


def test_the_embedded_rulings_have_no_finding() -> None:
    assert check_rulings(embedded_rulings()) == []
    assert check_rulings([]) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"motion": "They moved. The motion is hereby DENIED."}, "reveal the outcome"),
        ({"opposition": "It opposed. IT IS SO ORDERED."}, "reveal the outcome"),
        ({"motion": "The court GRANTS the motion."}, "reveal the outcome"),
        ({"motion": "Motion for TRO DENIED."}, "reveal the outcome"),
        ({"motion": "ORDERED that the motion is granted."}, "reveal the outcome"),
        (
            {"opposition": "They deny it, and later moved to dissolve the order."},
            "after the ruling",
        ),
        ({"opposition": "The city has since sought reconsideration."}, "after the ruling"),
        ({"motion": "It asks for a writ; the writ was set aside."}, "after the ruling"),
        ({"motion": "Voters asked to join the day before the ruling."}, "after the ruling"),
        ({"opposition": "The sellers agreed to the entry of the order."}, "after the ruling"),
        ({"motion": "He fails to show harm."}, "court's voice"),
        ({"motion": "The court found no harm."}, "court's voice"),
        ({"motion": "It pleads harm without setting out how."}, "court's voice"),
        ({"decided": f"{date.today().year}-12-31"}, "are dated before 1789 or"),
        ({"decided": "2205-03-01"}, "are dated before 1789 or after today"),
        ({"decided": "0202-01-01"}, "are dated before 1789 or after today"),
        ({"court": "zzctxx"}, "no known trial court"),
        ({"court": "zz-trial"}, "no known trial court"),
        ({"court": None}, "no known trial court"),
        ({"motion": SOME[1].motion.upper()}, "repeat the `motion` text"),
    ],
)
def test_what_would_mislead_is_named(change: dict[str, str | None], words: str) -> None:
    findings = _only(change)
    assert len(findings) == 1
    assert "1 of 30 rulings" in findings[0]
    assert words in findings[0]


@pytest.mark.parametrize(
    "words",
    [
        "They ask that the motion be granted, and the earlier order denied relief.",
        "WHEREFORE, Plaintiff asks that this motion be GRANTED and the injunction be GRANTED.",
        "An order was refused in May, and a hearing is set. The city appealed another ruling.",
        "They have asked since March that the agency vacate its rule.",
        # A brief cites what courts have held; an account does not.
        "In another case the court held that loss of goodwill is irreparable. " * 40,
    ],
)
def test_what_a_paper_may_say_is_not_a_finding(words: str) -> None:
    assert _only({"motion": words}) == []


def _again(ruling: Ruling, **change: object) -> Ruling:
    given = {"id": "again", "case_id": "again", "docket_number": None, **change}
    return ruling.model_copy(update=given)


def test_one_ruling_under_two_ids_is_named() -> None:
    first = SOME[0].model_copy(update={"docket_number": None, "decided": "2017-02"})
    respelt = f"Moreover, {first.motion} So the movants say."
    twice = _again(first, motion=respelt, caption="Others", decided="2017-02-11")
    (finding,) = check_rulings([first, twice, *SOME[1:]])
    assert "may be one ruling" in finding.message
    assert finding.ids == (f"{first.id} and again",)
    for told_apart in ({"decided": "2017-03"}, {"court": "cand"}, {"outcome": _other(first)}):
        assert check_rulings([first, twice.model_copy(update=told_apart), *SOME[1:]]) == []


def _other(ruling: Ruling) -> object:
    return next(row.outcome for row in SOME if row.outcome != ruling.outcome)


def test_one_case_under_two_ids_is_named() -> None:
    given = {"caption": "Ames v. Department of Human Services", "decided": "2017"}
    first = SOME[0].model_copy(update={**given, "court": "ark-trial", "docket_number": None})
    other = {"motion": SOME[3].motion + " Also.", "caption": "Recipients v. Human Services Dep't"}
    again = _again(
        first,
        **other | {"court": "ar-trial", "caption": "Recipients v. Department of Human Services"},
    )
    (finding,) = check_rulings([first, again, *SOME[1:]])
    assert "may belong to one case" in finding.message
    assert finding.ids == (f"{first.id} and again",)
    numbered = {"docket_number": "60CV-17-442"}
    apart = [first.model_copy(update=numbered), again.model_copy(update={"docket_number": "7"})]
    assert check_rulings([*apart, *SOME[1:]]) == []


def test_rulings_all_of_one_case_and_without_ratings() -> None:
    ratings = ("likelihood_of_success", "irreparable_harm", "balance_of_hardships")
    bare = dict.fromkeys((*ratings, "public_interest")) | {"case_id": "c"}
    unrated, one_case = check_rulings([row.model_copy(update=bare) for row in SOME])
    assert "30 of 30 rulings have no Winter ratings" in unrated.message
    assert len(unrated.ids) == 30
    assert "30 of 30 rulings belong to one case" in one_case.message
