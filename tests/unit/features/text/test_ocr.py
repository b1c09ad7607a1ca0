"""Scanned papers: misread words become lexicon words; other texts are left alone."""

import random
import string

import pytest

from features.document import Document, speller
from features.text.ocr import Speller

PLENTY = " ".join(["court"] * 200)
SCANNED = "tbe sum of monoy"


def _never(offset: int) -> bool:
    return False


def test_a_scan_is_corrected_but_not_its_names() -> None:
    text = "The plaintirf fears an injxnction. Smijh sells vectors. Testimqny of Tarrant."
    corrected = Document(text).normalized.text
    assert "plaintiff fears an injunction" in corrected
    assert "smijh sells vectors" in corrected  # a capital marks a short word as a name
    assert corrected.endswith("testimony of tarrant.")  # but not a long one


def test_a_text_in_capitals_is_corrected_too() -> None:
    assert Document("TBE SUM OF MONOY").normalized.text == "the sum of money"


def test_only_scans_are_corrected() -> None:
    assert speller().correct(SCANNED, _never) == "the sum of money"
    well_printed = f"{SCANNED} {PLENTY}"  # under one percent of unknown words
    assert speller().correct(well_printed, _never) == well_printed
    assert Document(well_printed).normalized.text == well_printed


@pytest.mark.parametrize(
    "text",
    [
        "covid zzzqqq",
        "prima facie in rem",
        "they aren't and wouldn't",
        "fiance",
        "in personam",
        "estopped",
        "vis major",
        f"[c]urrent {PLENTY}",
        f"condemnee {PLENTY}",
    ],
)
def test_correct_and_unknown_words_stay(text: str) -> None:
    assert speller().correct(text, _never) == text


def test_a_long_run_of_letters_stays() -> None:
    letters = "".join(random.Random(0).choices(string.ascii_lowercase, k=100_000))
    assert speller().correct(letters, _never) == letters


def test_a_word_becomes_the_one_lexicon_word_a_letter_apart() -> None:
    own = Speller(["injunction"], ["encrypt"], ["estoppel"])
    assert own.correct("injxnction", _never) == "injunction"
    assert own.correct("encrypteb", _never) == "encrypted"  # the rest of a prefix counts too
    assert own.correct("estoppal", _never) == "estoppal"  # a legal word is known, not a target
    assert own.is_word("estoppel")
    assert not own.is_word("injxnction")


def test_names_are_left_alone() -> None:
    assert speller().correct("tbe smijh", lambda offset: offset > 0) == "the smijh"
