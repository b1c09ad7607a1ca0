"""The lexicons: every example fires or stays silent as its entry says."""

import pytest

from features.phrases.lexicon import (
    Entry,
    LexiconError,
    entries,
    lexicon_digest,
    listed_meaning,
    meaning,
    phrases,
    read_entry,
)
from features.phrases.lint import fires

TABLE = {"meaning": "x", "phrases": ["a data breach"]}


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: f"{entry.field}.{entry.value}")
def test_examples(entry: Entry) -> None:
    assert [sentence for sentence in entry.matches if not fires(entry, sentence)] == []
    assert [sentence for sentence in entry.misses if fires(entry, sentence)] == []


def test_a_table_becomes_an_entry() -> None:
    entry = read_entry(
        "harm",
        "harm_types",
        "privacy_exposure",
        TABLE | {"strong": ["breach*"], "deniable": ["leak*"], "negatable": False},
    )
    assert entry.phrases == ("breach*", "a data breach", "leak*")
    assert (entry.strong, entry.deniable) == ({"breach*"}, {"leak*"})
    assert (entry.negatable, entry.papers) == (False, ("motion", "opposition"))


@pytest.mark.parametrize(
    ("field", "changes", "keyword"),
    [
        ("harm_types", {"phrases": ["(open"]}, "unbalanced"),
        ("harm_types", {"phrases": "a"}, "list of strings"),
        ("harm_types", {"papers": ["reply"]}, "papers"),
        ("harm_types", {"weight": 2}, "unknown key"),
        ("harm_types", {"meaning": ""}, "meaning"),
        ("irreparable_harm", {}, "favors"),
        ("colour", {}, "not a field"),
    ],
)
def test_a_faulty_table_is_refused(field: str, changes: dict[str, object], keyword: str) -> None:
    with pytest.raises(LexiconError, match=keyword):
        read_entry("harm", field, "monetary", TABLE | changes)


def test_phrases_know_their_entry_and_whether_they_negate() -> None:
    for phrase in phrases()[::50]:
        assert entries()[phrase.entry_index] is phrase.entry
    negating = {phrase.pattern.plain for phrase in phrases() if phrase.negates}
    assert "no incident*" in negating
    assert "data breach" not in negating


def test_meanings() -> None:
    assert meaning("motion_type", "tro") == "temporary restraining order"
    assert meaning("harm_types", "of_no_lexicon") == "of no lexicon"
    assert listed_meaning("harm_types", "of_no_lexicon") is None
    assert len(lexicon_digest()) == 64
