"""Stock sentences are told apart from statements of fact, in short papers and long ones."""

import pytest

from features.document import Document, Papers
from features.phrases.lexicon import INTERIM_RELIEF, OTHER_PAPER, LexiconError, read_lexicon
from features.phrases.stock_cues import KINDS, read_stock_lexicon, stock_examples

FACTS = (
    "Defendants returned every file to Plaintiff on the day the complaint was served.",
    "Every file was returned, all copies were deleted, and a consent order was signed.",
    "The claims were dismissed with prejudice.",
    "His declarations show that he has a strong interest in working.",
    "Plaintiff waited six months before it filed this motion.",
    "Plaintiff has lost three of its largest customers to Defendant.",
    "Defendants have repealed the challenged ordinance.",
    "Plaintiff's own witness testified that money would make it whole.",
    "Defendant signed a covenant not to compete and now works for a competitor.",
    "No evidence shows that any trade secret was disclosed.",
    "Plaintiff will be evicted from her home next Tuesday.",
    "Neither party disputes that the contract was breached.",
    "The prison gives him no medical care.",
    "Plaintiff may lose her license if the board acts.",
    "Defendant must move its plant by June.",
    "The alleged harm is speculative because no sale has been scheduled.",
    "The bakery must close on March 3, 2024 unless the lease is renewed.",
)


def kinds(text: str) -> list[str]:
    return [sentence.kind for sentence in Document(text).stock]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The harm must be actual and imminent, not conjectural.", "recital"),
        ("Courts in this circuit have consistently found that dilution is irreparable.", "recital"),
        ("Rule 65(b) provides that a court may issue an order without notice.", "rule_text"),
        ("15 U.S.C. \u00a7 1116(a) vests courts with power to grant injunctions.", "rule_text"),
        ("WHEREFORE, Plaintiff prays for relief.", "prayer"),
        ("Venue is proper in this district under 28 U.S.C. \u00a7 1391(b).", "boilerplate"),
        ("II. PLAINTIFF WILL SUFFER IRREPARABLE HARM", "heading"),
        ("B. Money Damages Are Inadequate", "heading"),
    ],
)
def test_each_kind_is_recognized(text: str, kind: str) -> None:
    assert kinds(f"The baker took the recipes.\n\n{text}") == [kind]


@pytest.mark.parametrize("text", FACTS)
def test_statements_of_fact_are_not_stock(text: str) -> None:
    assert kinds(text) == []


def test_a_paper_typed_in_capitals_is_not_all_headings() -> None:
    assert kinds("HE TOOK THE RECIPES AND OPENED A SHOP. THE BAKERY LOSES CUSTOMERS.") == []


def evidence(text: str) -> list[tuple[str, str, str]]:
    return [
        (hit.field, hit.value, hit.words)
        for hit in Document(text).hits
        if hit.field not in (INTERIM_RELIEF, OTHER_PAPER)
    ]


def test_stock_sentences_are_no_evidence() -> None:
    fact = "The baker copied the recipes and opened a shop."
    recital = "The harm must be actual and imminent, not conjectural or speculative."
    assert evidence(f"{fact} {recital}") == evidence(fact)
    assert evidence("The harm she fears is speculative.")
    tokens = Document(f"{fact} {recital}").tokens
    assert [word for word in tokens if "\x01" not in word] == list(Document(fact).tokens)


def test_no_phrase_runs_from_a_statement_of_fact_into_a_stock_sentence() -> None:
    fact = "Both sides filed briefs after a hearing."
    recital = "A preliminary injunction is an extraordinary remedy never awarded as of right."
    assert evidence(f"{fact} {recital}") == evidence(fact) != []


def test_a_citation_that_opens_a_sentence_does_not_join_it_to_the_one_before() -> None:
    fact = "The baker took the recipes."
    document = Document(f"{fact} 18 U.S.C. \u00a7 1836(b) allows a court to grant an injunction.")
    assert [(stock.start, stock.kind) for stock in document.stock] == [(28, "rule_text")]


def test_a_prayer_names_the_relief_only_where_nothing_else_does() -> None:
    prayer = "WHEREFORE, Plaintiff prays that the Court enter a temporary restraining order."

    def named(text: str) -> list[str]:
        return [hit.words for hit in Papers(text).hits_by_field.get("relief_form", ())]

    assert named(f"He took the recipes. {prayer}") == ["restraining order"]
    asked = "They ask that he be made to return the recipes."
    assert named(f"{asked} {prayer}") == named(asked) != []


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_the_lexicon_hold(kind: str) -> None:
    matches, misses = stock_examples(read_lexicon("stock"))[kind]
    assert matches
    assert misses
    assert all(kinds(sentence) == [kind] for sentence in matches)
    assert not any(map(kinds, misses))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[recital]", "[recitals]", "needs a table"),
        ("share_with_norm = 0.85", "share_with_norm = 2.0", "from 0 to 1"),
        ('"wherefore"', '"(wherefore"', "unbalanced"),
        ("[prayer]", "[prayer]\nstarts = 3\n[x]", "list of strings"),
    ],
)
def test_a_flaw_of_the_lexicon_is_named(old: str, new: str, message: str) -> None:
    content = read_lexicon("stock").decode().replace(old, new, 1)
    with pytest.raises(LexiconError, match=message):
        read_stock_lexicon(content.encode())
