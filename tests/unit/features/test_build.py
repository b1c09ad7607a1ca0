"""Features: coded before text, spans that point into the paper, and no way in for a label."""

import re
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.embedded import clearview_motion, embedded_rulings
from data.schema import Motion
from features.build import BUILT, COLUMNS, build_features
from features.document import Document
from features.phrases.lint import fires
from features.phrases.lexicon import Entry, entries, phrases
from features.phrases.syntax import PhraseError, phrase_pattern
from train.modes import masked


@pytest.mark.parametrize("entry", entries(), ids=lambda e: f"{e.field}.{e.value}")
def test_lexicon_examples(entry: Entry) -> None:
    assert [s for s in entry.matches if not fires(entry, s)] == []
    assert [s for s in entry.misses if fires(entry, s)] == []


def test_a_negated_phrase_is_kept_but_marked() -> None:
    text = "There is no evidence of a data breach. A data breach exposed files."
    hits = [hit for hit in Document(text, "motion").hits if "data breach" in hit.words.lower()]
    assert {hit.negated for hit in hits} == {True, False}
    assert all(text[hit.start : hit.end] == hit.words for hit in hits)


def test_coded_values_win_over_text_and_text_fills_gaps() -> None:
    coded = clearview_motion()
    bare = masked(coded, "text")
    frame = build_features([coded, bare])
    assert list(frame.values.columns) == [column.name for column in BUILT]
    told = frame.provenance[:, frame.names.index("harm.privacy_exposure")]
    assert told.tolist() == ["coded", "text"]
    assert frame.values["harm.privacy_exposure"].tolist() == [1.0, 1.0]
    assert "harm.privacy_exposure" in frame.hits[0]  # the words that bear the coding out
    assert "harm.monetary" not in frame.hits[0]  # coded as absent, whatever the words
    for hit in frame.hits[1]["harm.privacy_exposure"]:
        paper = bare.motion if hit.paper == "motion" else bare.opposition
        assert paper is not None
        assert paper[hit.start : hit.end] == hit.words


def test_delay_is_read_in_months() -> None:
    motion = Motion(motion_type="tro", motion="It waited six months to move.")
    assert build_features([motion]).values["harm.delay_months"].tolist() == [6.0]


def test_labels_cannot_reach_the_features() -> None:
    ruling = embedded_rulings()[5]
    flipped = ruling.model_copy(
        update={"outcome": "granted", "outcome_basis": ("merits",), "source_kind": "news"}
    )
    one, other = build_features([ruling]), build_features([flipped])
    assert one.values.equals(other.values)
    assert not any("outcome" in column.name or "source" in column.name for column in COLUMNS)


def test_a_motion_has_the_same_features_alone_and_among_many() -> None:
    motions = [ruling.as_motion() for ruling in embedded_rulings()[:60]]
    together = build_features(motions)
    alone = [build_features([motion]).values for motion in motions]
    assert pd.concat(alone, ignore_index=True).equals(together.values)


def test_words_inside_citations_do_not_fire() -> None:
    text = (
        "The firm asks for an order. See Doe v. Data Breach Victims, Inc., 555 U.S. 7, 22 (2008) "
        "(no irreparable harm from a data breach). A data breach exposed its files."
    )
    hits = [hit for hit in Document(text, "motion").hits if "breach" in hit.words.lower()]
    assert hits
    assert all(hit.start >= text.rindex("data breach") for hit in hits)
    long = f"{text}\n" * 400  # more than one piece
    again = [hit for hit in Document(long, "motion").hits if hit.value == "privacy_exposure"]
    assert len(again) == 400


def test_no_phrase_reaches_over_a_citation() -> None:
    for text in (
        "It holds data 555 U.S. 7 breach.",
        "It holds data\x01breach.",
        "It stops Smith v. Jones, 555 U.S. 7 (2008) (no data breach) from that.",
    ):
        assert "privacy_exposure" not in {hit.value for hit in Document(text, "motion").hits}
    assert any(
        hit.words == "data\x1fbreach" for hit in Document("A data\x1fbreach.", "motion").hits
    )


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("The class-\nroom is cold.", "The classroom is cold."),
        ("A bank-\nruptcy judge sat.", "A bankruptcy judge sat."),
        ("It came with-\nout a data breach.", "It came without a data breach."),
        ("A data-\nbase is kept.", "A database is kept."),
        ("A data breach ex-\nposed files.", "A data breach exposed files."),
    ],
)
def test_a_word_broken_at_a_line_end_reads_as_the_word(broken: str, whole: str) -> None:
    mended = [(h.field, h.value, h.negated) for h in Document(broken, "motion").hits]
    assert mended == [(h.field, h.value, h.negated) for h in Document(whole, "motion").hits]
    for hit in Document(broken, "motion").hits:
        assert broken[hit.start : hit.end] == hit.words


def test_a_phrase_may_stand_across_a_line_end() -> None:
    hits = Document("They fear a data-\nbreach soon.", "motion").hits
    assert any(hit.words == "data-\nbreach" for hit in hits)


def test_a_ruled_line_in_a_brief_is_read_at_once() -> None:
    # Read in exponentially many ways, forty hyphens took seconds and fifty took hours.
    text = "The company must stop " + "-" * 5000 + " from selling."
    assert re.search(phrase_pattern("stop ... from"), Document(text).normalized.text)
    assert Document(text * 20, "motion").hits


@pytest.mark.parametrize(
    "sentence",
    [
        "Without admitting liability, the company has stopped the practice.",
        "There is no dispute that the company has ceased the practice.",
        "It is not disputed that the company has stopped the practice.",
        "It does not deny that the company has stopped the practice.",
    ],
)
def test_what_is_not_disputed_is_not_negated(sentence: str) -> None:
    hits = [hit for hit in Document(sentence, "opposition").hits if hit.value == "ceased_conduct"]
    assert [hit.negated for hit in hits] == [False]


def test_values_are_said_in_plain_words() -> None:
    said = {column.name: column.describe for column in COLUMNS}
    assert said["motion_type.motion_type"]("tro") == "kind of motion: temporary restraining order"
    assert said["harm.past_incident"](0.0) == "an incident of the feared kind has happened: no"
    assert said["remedial.lasting"](1.0) == "what led to the steps: after suit, or not told"
    assert said["forum.court"]("ilnd") == "court: District Court, N.D. Illinois"
    assert said["forum.circuit"]("ca7") == "circuit: 7th Cir."
    assert said["harm.timing"](None) == "timing of the harm: not shown"


def test_the_automaton_misses_no_phrase() -> None:
    """One pass finds what every phrase's own regular expression would find."""
    text = " ".join(f"{row.motion} {row.opposition}" for row in embedded_rulings()[::20])
    text += (
        " The company\u2019s \u201cdata\u2013breach\u201d at the caf\xe9; it encrypts\xa0vectors."
    )
    reading = Document(text).normalized
    expected: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for phrase in phrases():
        if "motion" in phrase.entry.papers:
            found_alone = re.finditer(phrase.pattern.expression, reading.text)
            places = {reading.span(*match.span()) for match in found_alone}
            expected.setdefault((phrase.entry.field, phrase.entry.value), set()).update(places)
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for hit in Document(text, "motion").hits:
        assert (hit.start, hit.end) in expected[hit.field, hit.value]
        found.setdefault((hit.field, hit.value), []).append((hit.start, hit.end))
    assert sum(map(len, found.values())) > 500
    for key, places in expected.items():
        for start, end in places:  # each is found, or overlaps one that is
            assert any(start < other_end and other < end for other, other_end in found[key])


def test_threads_read_alike() -> None:
    texts = [f"{row.motion} See Doe v. Roe, 555 U.S. 7 (2008)." for row in embedded_rulings()[:60]]
    alone = [Document(text, "motion").hits for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: Document(text, "motion").hits, texts)) == alone


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    hostile = f"{text} a data\x00 breach \ud800\u202e exposed files, 5 U.S. 137 {text}, 6 F.3d 7"
    for hit in Document(hostile, "motion").hits:
        assert hostile[hit.start : hit.end] == hit.words


def test_a_bad_phrase_is_named() -> None:
    with pytest.raises(PhraseError, match="brackets"):
        phrase_pattern("(open")


def test_a_step_goes_part_of_the_way_at_least_and_lasts_no_longer_than_is_told() -> None:
    def read(opposition: str, **coded: object) -> list[tuple[float, str]]:
        given = {"motion_type": "tro", "motion": "He moves.", "opposition": opposition}
        frame = build_features([Motion.model_validate(given | coded)])
        names = ("remedial.steps", "remedial.scope", "remedial.lasting")
        places = [frame.names.index(name) for name in names]
        return [(frame.numeric[0, place], frame.provenance[0, place]) for place in places]

    told = "text"
    assert read("It opposes.") == [(0.0, "not shown")] * 3
    bare = "The firm opposes; the machines were recalled and it encrypted the files."
    assert read(bare)[1:] == [(1.0, told), (1.0, told)]
    full = "It encrypted the files, of its own accord, and the request is moot."
    assert read(full) == [(1.0, told), (2.0, told), (2.0, told)]
    coded = read("It opposes.", remedial_steps=["redesigned"])
    assert coded == [(1.0, "coded"), (1.0, "coded"), (1.0, "coded")]
    assert read(bare, remedial_scope="none")[1][0] == 0.0
    assert [value for value, _ in read(bare, remedial_steps=[])] == [0.0, 0.0, 0.0]
