"""Documents: a paper is read once, and pickled without what was found in it."""

import pickle
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.embedded import embedded_rulings
from data.schema import Motion
from features.build import build_features
from features.document import Document, LazyPapers, Papers
from features.phrases.matcher import find_patterns
from features.text import characters, spacing
from features.text.cleaning import MAX_CHARACTERS, clean_paper
from features.text.dates import find_dates
from features.text.sentences import sentence_starts


@pytest.fixture
def texts_read(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Record the texts passed to each function that reads a paper."""
    texts: dict[str, list[str]] = {"clean_paper": [], "sentence_starts": [], "find_dates": []}
    functions = (clean_paper, sentence_starts, find_dates)
    for function in functions:

        def record(
            text: str, *others: object, function: Callable[..., object] = function
        ) -> object:
            texts[function.__name__].append(text)
            return function(text, *others)

        monkeypatch.setattr(f"features.document.{function.__name__}", record)
    return texts


def test_features_read_each_paper_once(texts_read: dict[str, list[str]]) -> None:
    motions = [
        Motion(
            motion_type="tro",
            motion=f"Filing {number}: a data breach came, and it moved on June 3, 2020.",
            opposition=f"Filing {number}: it learned of it on May 1, 2020.",
        )
        for number in range(3)
    ]
    frame = build_features(motions)
    assert all(papers.hits for papers in frame.papers)
    for texts in texts_read.values():
        assert len(texts) == len(set(texts)) == 6


def test_views_of_one_motion_share_its_papers(texts_read: dict[str, list[str]]) -> None:
    motions = [Motion(motion_type=kind, motion="A data breach.") for kind in ("tro", "stay")]
    papers = Papers.of(motions[0])
    build_features(motions, [papers, papers])
    assert texts_read["clean_paper"] == ["A data breach."]


def test_what_is_found_is_kept() -> None:
    document = Document("A data breach is imminent. It closes on May 3, 2024.")
    assert document.hits is document.hits
    assert document.normalized is document.normalized
    assert document.dates is document.dates
    papers = Papers(document.text)
    assert papers.hits_by_field is papers.hits_by_field


def test_pickling_drops_what_was_found() -> None:
    papers = Papers("A data breach is imminent. " * 50, "It opposes. " * 50)
    unread = pickle.dumps(papers)
    build_features([Motion(motion_type="tro", motion="x")], [papers])
    assert papers.motion.hits
    assert pickle.dumps(papers) == unread
    again = pickle.loads(unread)
    assert again.texts == papers.texts
    assert again.hits == papers.hits
    assert [document.paper for document in again.documents] == ["motion", "opposition"]
    document = pickle.loads(pickle.dumps(papers.motion))
    assert list(vars(document)) == ["text", "paper"]


def test_an_empty_opposition_is_not_a_paper() -> None:
    for opposition in (None, ""):
        papers = Papers("He moves.", opposition)
        assert papers.documents == (papers.motion,)
        assert papers.texts == ("He moves.", None)


def test_lazy_papers_are_created_on_each_access() -> None:
    texts = [("a data breach", None), ("he moves", "it opposes"), ("a sale", None)]
    lazy = LazyPapers(texts)
    assert len(lazy) == 3
    assert lazy[0] is not lazy[0]
    assert [papers.texts for papers in lazy] == texts
    assert [papers.texts for papers in lazy[1:]] == texts[1:]
    assert [papers.texts for papers in lazy.take([2, 0])] == [texts[2], texts[0]]


def test_lazy_papers_have_the_features_of_others() -> None:
    motions = [ruling.as_motion() for ruling in embedded_rulings()[:20]]
    lazy = LazyPapers([(motion.motion, motion.opposition) for motion in motions])
    frame = build_features(motions, lazy)
    assert frame.values.equals(build_features(motions).values)
    assert isinstance(frame.take([3, 1]).papers, LazyPapers)


def test_tokens_are_words_with_their_spans() -> None:
    text = "A data-\nbase is kept. Smith v. Jones, 5 F.3d 7 (7th Cir. 1993), and more"
    document = Document(text)
    spans = list(document.token_spans())
    assert tuple(token for token, _, _ in spans) == document.tokens
    words = {token: text[start:end] for token, start, end in spans if token.isalpha()}
    assert words["database"] == "data-\nbase"
    assert not {"smith", "jones", "cir"} & set(words)


def test_a_docket_number_is_not_a_negation() -> None:
    [hit] = Document("Case No. 21-cv-135 concerns a sale of trade secrets.").hits[:1]
    assert not hit.negated


def test_a_paper_is_read_up_to_its_limit() -> None:
    assert Document("A " * (MAX_CHARACTERS // 2) + "data breach").hits == ()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    hostile = f"{text} a data\x00 breach \ud800\u202e exposed files, 5 U.S. 137 {text}, 6 F.3d 7"
    for hit in Document(hostile, "motion").hits:
        assert hostile[hit.start : hit.end] == hit.words


def test_matches_outside_stock_sentences_are_those_of_the_facts() -> None:
    """Most are taken from the first search; where one crosses a border, the facts are searched."""
    recital = "A preliminary injunction is an extraordinary remedy never awarded as of right. "
    accounts = [f"{recital}{ruling.motion} {recital}" for ruling in embedded_rulings()[::20]]
    crossing = f"The injunction. {recital}It lacks evidence. {recital}Of harm there is no evidence."
    n_stock = 0
    for text in (*accounts, " ".join(accounts), crossing):
        document = Document(text)
        n_stock += len(document.stock)
        assert set(document._matches_of_facts()) == set(find_patterns(document.facts))
    assert n_stock > len(accounts)


WHOLE_PATTERNS = (
    "It's ``odd''_x000D_&amp; \u00e9 \ufb01ling\r\nplaintiff\u00e2\u20ac\u2122s 5\u200b."
)
GLUED = "It ended.Then came 5F.3d 7(2d Cir. 1999)(en banc),and(3)more;less:Smith v.Jones,9 U.S.1."


@settings(deadline=None)
@given(st.text(), st.sampled_from(["", "\f", "e\u0301", WHOLE_PATTERNS, GLUED]))
def test_shortcuts_of_cleaning_change_nothing(text: str, other: str) -> None:
    mixed = f"{other}{text}{other} {WHOLE_PATTERNS}{text} {GLUED}"
    spans = [match.span() for match in characters._odd_matches(mixed)]
    assert spans == [match.span() for match in characters._ODD.finditer(mixed)]
    places = [match.end() for match in spacing._GLUED_AFTER.finditer(mixed)]
    glued = [match.start() for match in spacing._GLUED.finditer(mixed)]
    assert set(glued) <= set(places)
    assert len(glued) > 5
