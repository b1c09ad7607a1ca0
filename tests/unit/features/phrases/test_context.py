"""What the words around a phrase make of it: sentence, denial, doubt, speaker."""

import pytest

from features.document import Document
from features.phrases.hits import Hit
from features.phrases.lexicon import PaperName
from features.text.sentences import sentence_starts


def _breach(text: str, paper: PaperName = "motion") -> Hit:
    """Return a hit on "data breach": of the harm in a motion, of the field of law elsewhere."""
    value = "privacy_exposure" if paper == "motion" else "privacy_data"
    return next(hit for hit in Document(text, paper).hits if hit.value == value)


@pytest.mark.parametrize(
    ("text", "negated", "uncertain"),
    [
        ("A data breach exposed files.", False, False),
        ("There was no data breach.", True, False),
        ("The firm denies that a data breach took place.", True, False),
        ("There may be a data breach.", False, True),
        ("They fear that a data breach is near.", False, True),
        ("On information and belief a data breach exposed files.", False, True),
        ("It may move soon. A data breach exposed files.", False, False),
        ("It has no plan, but a data breach exposed files.", False, False),
        ("It could not sleep; a data breach exposed files.", False, False),
        ("Since May 2020 a data breach has exposed files.", False, False),
        ("It cannot deny that a data breach exposed files.", False, False),
        ("Another data breach is likely to follow.", False, False),
        ("There is an imminent threat of a data breach.", False, False),
        ("They couldn't show a data breach.", True, False),
        ("They no longer fear a data breach.", True, False),
        ("She has failed to show a data breach.", True, False),
        ("It failed to offer care and a data breach exposed files.", False, False),
        ("If denied relief, it will not see a data breach.", True, True),
        ("It came without any proof of a data breach and of relief.", True, False),
        ("THE FIRM HAS NOT STOPPED\r\n\r\nA data breach exposed files.", False, False),
        ("Without an injunction a data breach will follow.", False, False),
        ("If the court does not act, a data breach will follow.", False, True),
        ("Case No. 21-cv-135 tells of a data breach.", False, False),
        ("A. The Firm Has Not Stopped\n\nA data breach exposed files.", False, False),
        ("The firm shall:\n(a) not sell files;\n(b) tell of a data breach", False, False),
        ("The conduct is not new.3 A data breach exposed files.", False, False),
        (
            "It did not\nCase: 20-162, 08/05/2020, DktEntry: 19, Page 3\nsee a data breach",
            True,
            False,
        ),
    ],
)
def test_denial_and_doubt(text: str, negated: bool, uncertain: bool) -> None:
    hit = _breach(text)
    assert (hit.negated, hit.uncertain) == (negated, uncertain)


@pytest.mark.parametrize(
    ("text", "paper", "speaker"),
    [
        ("A data breach exposed files.", "motion", "movant"),
        ("A data breach exposed files.", "opposition", "opponent"),
        ("Defendants admit that a data breach exposed files.", "motion", "opponent"),
        ("Plaintiffs say that a data breach exposed files.", "opposition", "movant"),
        ("The record shows a data breach.", "motion", "record"),
        ("Plaintiffs fear harm, and the logs show a data breach.", "motion", "record"),
        ("The logs show little. A data breach exposed files.", "motion", "movant"),
        ("The record shows harm; a data breach exposed files.", "motion", "movant"),
        ("That a data breach exposed files is undisputed.", "motion", "record"),
        ("Defendants say they are safe, but a data breach exposed files.", "motion", "movant"),
        ("Defendants say, because a data breach exposed files, no.", "motion", "opponent"),
    ],
)
def test_the_speaker(text: str, paper: PaperName, speaker: str) -> None:
    assert _breach(text, paper).speaker == speaker


def test_a_hit_knows_its_sentence() -> None:
    text = "See No. 21-cv-135, 12 F. Supp. 3d 4. Acme Inc. had a data breach in May. It moved."
    hit = _breach(text)
    assert hit.sentence is not None
    assert text[slice(*hit.sentence)].strip() == "Acme Inc. had a data breach in May."


def test_sentences_survive_legal_prose_and_wrapped_lines() -> None:
    text = "In re Acme Corp., No. 21-cv-135,\ncame first. Id. at 4. Dr. Roe agreed.\n\nIt ended."
    starts = sentence_starts(text)
    assert [text[start:].split()[0] for start in starts] == ["In", "Id.", "Dr.", "It"]
    assert sentence_starts("") == [0]


def test_a_phrase_runs_on_over_a_page_stamp() -> None:
    text = "It had a data\n\nCase 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20\n\nbreach."
    assert _breach(text).words.endswith("breach")
    assert len(sentence_starts(text.replace(text[13:-7], " "))) == 1


@pytest.mark.parametrize(
    ("text", "value", "denied"),
    [
        ("The data were leaked.", "privacy_exposure", False),
        ("The data were never in fact leaked.", "privacy_exposure", True),
        ("The harm is speculative.", "future_contingency", False),
        ("The harm is neither remote nor speculative.", "future_contingency", True),
        ("The claim is not ripe.", "future_contingency", False),  # its own "not" denies nothing
    ],
)
def test_denials_within_a_phrase_and_of_some_phrases_alone(
    text: str, value: str, denied: bool
) -> None:
    hits = [hit for hit in Document(text, "motion").hits if hit.value == value]
    assert [hit.negated for hit in hits] == [denied]


def test_pages_run_on_over_stamps_and_numbers() -> None:
    lines = [f"{number}  of loss that" for number in range(1, 13)]
    lines[5] = "6  cannot"
    lines[6] = "7  be undone"
    page = (
        "\n".join(lines) + "\n\n- 4 -\n\f12\nUSCA4 Appeal: 21-12 Doc: 5 Filed: 01/02/2021 Pg: 3\n"
    )
    read = Document(page + "and more").normalized
    assert "cannot be undone of loss that" in read.text
    bare = [line if n % 4 else f"{n + 1}" for n, line in enumerate(lines)]
    assert "8 of loss" not in Document("\n".join(bare)).normalized.text
    prose = "It left the order in\nCase 20-1507, filed in May; the rival copied it.\n"
    assert "the rival copied it" in Document(prose).normalized.text
    assert "march 1, 2019 and" in Document("on March 1,\n2019\nand moved").normalized.text
    assert read.text.endswith("of loss that and more")
    listed = "1. A sale\n2. A lease"
    assert Document(listed).normalized.text == "1. a sale 2. a lease"
