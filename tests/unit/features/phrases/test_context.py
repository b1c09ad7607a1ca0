"""Context: whether the words around a phrase deny or doubt it, and who says it."""

import time

import pytest

from features.document import Document
from features.phrases.context import Context, Modifier, author_of, context_of, without_pseudo
from features.phrases.context_rules import (
    CATEGORIES,
    Category,
    ContextRule,
    Direction,
    context_rules,
    read_context_rules,
)
from features.phrases.hits import Hit
from features.phrases.lexicon import LexiconError, PaperName
from features.phrases.syntax import compile_phrase


def _breach(text: str, paper: PaperName = "motion") -> Hit:
    """Return a hit on "data breach": of the harm in a motion, of the area of law elsewhere."""
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
        ("Case No. 21-cv-135 concerns a data breach.", False, False),
        ("A. The Firm Has Not Stopped\n\nA data breach exposed files.", False, False),
        ("The firm shall:\n(a) not sell files;\n(b) report a data breach", False, False),
        ("The conduct is not new.3 A data breach exposed files.", False, False),
        (
            "It did not\nCase: 20-162, 08/05/2020, DktEntry: 19, Page 3\nsee a data breach",
            True,
            False,
        ),
    ],
)
def test_negation_and_uncertainty(text: str, negated: bool, uncertain: bool) -> None:
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


def test_a_phrase_runs_on_across_a_page_stamp() -> None:
    text = "It had a data\n\nCase 1:21-cv-00135 Document 25 Filed 01/02/22 Page 3 of 20\n\nbreach."
    assert _breach(text).words.endswith("breach")


@pytest.mark.parametrize(
    ("text", "value", "negated"),
    [
        ("The data were leaked.", "privacy_exposure", False),
        ("The data were never in fact leaked.", "privacy_exposure", True),
        ("The harm is speculative.", "future_contingency", False),
        ("The harm is neither remote nor speculative.", "future_contingency", True),
        ("The claim is not ripe.", "future_contingency", False),  # its own "not" does not negate it
    ],
)
def test_negation_within_a_phrase_and_of_some_phrases_alone(
    text: str, value: str, negated: bool
) -> None:
    hits = [hit for hit in Document(text, "motion").hits if hit.value == value]
    assert [hit.negated for hit in hits] == [negated]


TEXT = "the firm denies that the record may show a data breach here"
PHRASE = (TEXT.index("data breach"), TEXT.index("data breach") + len("data breach"))


def _modifier(
    words: str, category: Category, direction: Direction = "forward", max_scope: int = 6
) -> Modifier:
    start = TEXT.index(words)
    rule = ContextRule(category, direction, max_scope, compile_phrase(words))
    return Modifier(start, start + len(words), rule)


@pytest.mark.parametrize(
    ("modifiers", "context"),
    [
        ([], Context(False, False, None)),
        ([_modifier("denies", "negated", max_scope=7)], Context(True, False, None)),
        # Six words are between "denies" and the phrase.
        ([_modifier("denies", "negated", max_scope=6)], Context(True, False, None)),
        ([_modifier("denies", "negated", max_scope=5)], Context(False, False, None)),
        ([_modifier("may", "uncertain")], Context(False, True, None)),
        ([_modifier("may", "uncertain", "backward")], Context(False, False, None)),
        ([_modifier("here", "uncertain", "backward")], Context(False, True, None)),
        ([_modifier("here", "uncertain", "forward")], Context(False, False, None)),
        # A terminating word between modifier and phrase ends the scope.
        (
            [_modifier("denies", "negated"), _modifier("may", "terminate", "terminate")],
            Context(False, False, None),
        ),
        # It ends a speaker's scope only if it terminates speakers too.
        (
            [_modifier("firm", "opponent"), _modifier("may", "terminate", "terminate")],
            Context(False, False, None),
        ),
        (
            [_modifier("firm", "opponent", max_scope=40), _modifier("may", "terminate")],
            Context(False, False, "opponent"),
        ),
        (
            [_modifier("firm", "opponent", max_scope=40), _modifier("may", "terminate_speaker")],
            Context(False, False, None),
        ),
        # The nearest speaker before the phrase.
        (
            [_modifier("firm", "opponent", max_scope=40), _modifier("record", "record")],
            Context(False, False, "record"),
        ),
    ],
)
def test_modifiers_act_within_their_scope(modifiers: list[Modifier], context: Context) -> None:
    assert context_of(TEXT, *PHRASE, False, modifiers) == context


def test_a_negation_in_a_gap_negates_a_phrase_without_one_of_its_own() -> None:
    inside = [_modifier("may", "negated")]
    phrase = (TEXT.index("record"), PHRASE[1])
    assert context_of(TEXT, *phrase, False, inside).negated
    assert not context_of(TEXT, *phrase, True, inside).negated


def test_a_pseudo_modifier_removes_those_of_its_category_that_it_overlaps() -> None:
    denies, may = _modifier("denies", "negated"), _modifier("may", "uncertain")
    pseudo = _modifier("denies that", "negated", "pseudo")
    assert without_pseudo([denies, pseudo, may]) == [may]
    assert without_pseudo([denies, may]) == [denies, may]
    other = _modifier("may show", "negated", "pseudo")
    assert without_pseudo([denies, may, other]) == [denies, may]


def test_the_author_of_a_paper_speaks_by_default() -> None:
    assert (author_of("motion"), author_of("opposition")) == ("movant", "opponent")


def test_the_rules_of_every_category_are_read() -> None:
    rules = context_rules()
    assert {rule.category for rule in rules} == {*CATEGORIES, "terminate", "terminate_speaker"}
    assert {rule.max_scope for rule in rules if rule.category == "negated"} == {6}


@pytest.mark.parametrize(
    ("content", "keyword"),
    [
        (b"terminate = 1", "terminate"),
        (b"terminate = []\nterminate_speaker = []", "negated"),
        (b"terminate = []\nterminate_speaker = []\n[negated]\nforward = []", "max_scope"),
        (b"terminate = ['(open']\nterminate_speaker = []", "brackets"),
        (b"\xff", "context.toml"),
    ],
)
def test_faulty_rules_are_refused(content: bytes, keyword: str) -> None:
    with pytest.raises(LexiconError, match=keyword):
        read_context_rules(content)


@pytest.mark.parametrize(
    "words", ["Plaintiff argues that harm is irreparable ", "no irreparable harm may not "]
)
def test_the_time_for_one_long_sentence_grows_with_its_length(words: str) -> None:
    """Each phrase is compared with the modifiers near it, not with all in its sentence."""

    def seconds(n: int) -> float:
        document = Document(words * n)
        _ = document.stock
        start = time.process_time()
        assert document.hits
        return time.process_time() - start

    seconds(10)
    assert seconds(4000) < 12 * (seconds(1000) + 0.05)
