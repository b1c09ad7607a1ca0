"""Paragraphs of an opinion told apart, and none that tells the ruling in the papers."""

from dataclasses import replace
from pathlib import Path

import pytest

from data.opinions.evaluate import evaluate
from data.opinions.joining import join_pieces
from data.opinions.marked import read_marked
from data.opinions.read import Opinion
from data.opinions.segment import Segmenter, default_segmenter
from data.opinions.to_rulings import convert

MARKED = Path(__file__).parents[5] / "shared" / "longpapers" / "opinions.jsonl"
TELLING = [
    "The trial court granted a temporary injunction on May 4, 1999.",
    "Plaintiff obtained a temporary restraining order the same day.",
    "Defendant appeals from the order.",
    "We hold that the injunction was properly issued.",
    "The motion was denied after a hearing.",
]
FACTS = [
    "Plaintiff is a bakery in Dover. In March 1998 plaintiff hired defendant as a baker under a "
    "written agreement that forbade him to bake for another within ten miles for one year.",
    "On April 2, 1999, defendant left and opened a shop across the street, where he sold rye "
    "bread under a like name. Plaintiff lost forty customers in the first week.",
    "On April 9, 1999, plaintiff filed a complaint and a motion for a temporary injunction, "
    "alleging that defendant had breached the agreement and that its customers would be lost.",
]


def opinion(*more: str) -> Opinion:
    head = "Appeal from the Superior Court. MILL, J."
    text = (head, "FACTS", *FACTS, *more, "DISCUSSION", *TELLING)
    return Opinion("mill-1999", text, "Mill v. Oven", None, "1999-12-01", None)


@pytest.mark.parametrize("told", TELLING)
def test_what_tells_the_ruling_is_never_input(told: str) -> None:
    kinds = default_segmenter().segment([*FACTS, told, *FACTS])
    assert kinds[len(FACTS)] not in ("facts", "movant", "opponent")


def test_a_courts_findings_are_the_courts() -> None:
    findings = ['"1. The bakery was founded in 1931.', '"2. Defendant knew the agreement.']
    lead = "The court made the following findings of fact:"
    kinds = default_segmenter().segment([*FACTS, lead, *findings])
    assert kinds[-2:] == ["ruling", "ruling"]


def test_an_opinion_becomes_a_ruling_that_tells_nothing_of_its_outcome() -> None:
    converted = convert(opinion())
    assert converted.ruling is not None
    assert converted.ruling["outcome"] == "granted"
    assert converted.ruling["decided"] == "1999-05-04"
    assert "forty customers" in converted.ruling["motion"]
    assert not any(told in converted.ruling["motion"] for told in TELLING)


@pytest.mark.parametrize("n", range(1, 8))
def test_short_opinions_are_read_too(n: int) -> None:
    assert default_segmenter().segment([TELLING[0]] * n) == ["ruling"] * n


def test_weights_survive_writing() -> None:
    segmenter = default_segmenter()
    again = Segmenter.from_json(segmenter.to_json())
    assert again.segment(opinion().paragraphs) == segmenter.segment(opinion().paragraphs)


def test_every_piece_is_in_one_paragraph() -> None:
    pieces = ["The bakery moved for", "an injunction.", "II. FACTS", "It was", "founded in 1931."]
    joined = join_pieces(pieces)
    assert [number for passage in joined for number in passage.pieces] == list(range(len(pieces)))
    assert joined[0].text == "The bakery moved for an injunction."


@pytest.mark.skipif(not MARKED.is_file(), reason=f"no marked opinions at {MARKED}")
def test_few_rulings_reach_the_input_and_outcomes_are_right() -> None:
    evaluation = evaluate(read_marked(MARKED))
    shares = {name: share.value for name, share in evaluation.shares.items()}
    assert shares["ruling and mixed paragraphs that reach the input"] <= 0.02
    assert shares["facts and contentions that reach the input"] >= 0.55
    assert shares["outcome: precision"] >= 0.97
    assert shares["outcome: coverage of the opinions with a ruling"] >= 0.8


def test_a_ruling_that_does_not_fit_the_schema_is_set_aside_without_its_words() -> None:
    converted = convert(replace(opinion(), decided="1997-13-01"))
    assert converted.ruling is None
    assert converted.why_not == "ruling: it does not fit the schema, decided"
