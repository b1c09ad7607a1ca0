"""The rating model: no leakage, plain JSON, and evidence for every inferred rating."""

import json
import re
from dataclasses import replace
from operator import itemgetter

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from data.cases import case_groups
from data.embedded import embedded_rulings
from features.build import build_features
from features.document import Papers
from features.families.inferred_ratings import COLUMNS
from train.fit.rating_model import (
    fit_rating_model,
    out_of_fold_ratings,
    rating_errors,
    rating_targets,
    rows_to_fit,
)
from train.fit.vocabulary import count_terms, fit_vocabulary
from train.model.rating_model import MAX_PHRASES, RatingModel, is_stop_term
from train.model.vocabulary import BLOCKS, Block, find_terms, term_names

RULINGS = list(embedded_rulings()[:400])
PAPERS = [Papers.of(row) for row in RULINGS]
TERMS = count_terms(PAPERS)
TARGETS = rating_targets(RULINGS)
NAMES = [column.name for column in COLUMNS]


def test_ratings_are_inferred_without_the_rulings_own_case() -> None:
    groups = case_groups(RULINGS)
    row = int(np.flatnonzero(np.bincount(groups)[groups] > 1)[0])
    case = groups == groups[row]
    changed = TARGETS.copy()
    changed[case] = -TARGETS[case]
    before, after = (out_of_fold_ratings(TERMS, targets, groups) for targets in (TARGETS, changed))
    assert np.array_equal(before[case].to_numpy(), after[case].to_numpy())
    assert not np.array_equal(before[~case].to_numpy(), after[~case].to_numpy())


def test_inferred_ratings_of_unseen_rulings_correlate_with_the_ratings() -> None:
    ratings = out_of_fold_ratings(TERMS, TARGETS, case_groups(RULINGS))
    for target, name in enumerate(NAMES):
        known = ~np.isnan(TARGETS[:, target])
        assert np.corrcoef(ratings[name][known], TARGETS[known, target])[0, 1] > 0.1


def test_a_model_is_the_same_after_json() -> None:
    targets = TARGETS.copy()
    targets[:, 1] = np.nan  # a factor that nobody rated is not fitted
    rating_model = fit_rating_model(TERMS, targets)
    assert rating_model is not None
    rating_model = replace(rating_model, errors=rating_errors(rating_model.infer(PAPERS), targets))
    assert np.isnan(rating_model.errors[1])
    again = RatingModel.from_json(json.loads(json.dumps(rating_model.to_json(), allow_nan=False)))
    assert np.array_equal(again.errors, rating_model.errors, equal_nan=True)
    assert again.infer(PAPERS[:9]).equals(rating_model.infer(PAPERS[:9]))
    assert rating_model.infer(PAPERS[:9])[NAMES[1]].isna().all()
    terms = again.vocabulary.matrix(PAPERS[:1])
    assert NAMES[1] not in again.explain(PAPERS[:1], terms)[0]
    assert fit_rating_model(TERMS, np.full_like(TARGETS, np.nan)) is None


def test_the_evidence_of_a_rating_is_in_the_papers() -> None:
    rating_model = fit_rating_model(TERMS, TARGETS)
    assert rating_model is not None
    motion = next(row for row in RULINGS if row.opposition)
    frame = build_features([motion])
    [evidence] = rating_model.explain(frame.papers, rating_model.vocabulary.matrix(frame.papers))
    assert set(evidence) == set(NAMES)
    for hits in evidence.values():
        assert 0 < len(hits) <= MAX_PHRASES
        for hit in hits:
            assert getattr(motion, hit.paper)[hit.start : hit.end] == hit.words
    empty = rating_model.vocabulary.matrix([Papers("")])
    assert rating_model.explain([Papers("")], empty) == [{}]
    assert rating_model.explain([], rating_model.vocabulary.matrix([])) == []
    assert len(rating_model.infer([])) == 0


def test_words_that_say_nothing_are_not_shown_as_reasons() -> None:
    rating_model = fit_rating_model(TERMS, TARGETS)
    assert rating_model is not None
    columns = rating_model.vocabulary.columns
    stops = {term for block, term in columns if block == "words" and is_stop_term(term)}
    assert {"he", "of the", "says that", "was"} <= stops
    assert not {"vaccine", "lanham act", "the site"} & stops
    frame = build_features(RULINGS)
    evidence = rating_model.explain(frame.papers, rating_model.vocabulary.matrix(frame.papers))
    shown = [hit for of_motion in evidence for hits in of_motion.values() for hit in hits]
    assert not {hit.value for hit in shown if hit.field == "words"} & stops
    # They weigh as before: only what is shown has changed.
    papers = [Papers("he says that he was"), Papers("")]
    ratings = rating_model.infer(papers).to_numpy()
    assert not np.allclose(ratings[0], ratings[1])


def test_citations_and_hyphenation_do_not_change_the_ratings() -> None:
    rating_model = fit_rating_model(TERMS, TARGETS)
    assert rating_model is not None
    text = PAPERS[1].motion.text
    cited = f"{text} Doe v. Harm School, 555 U.S. 7, 22 (2008) (no harm to the election)."
    hyphenated = re.sub(r"([a-z]{4})([a-z]{4})", r"\1-\n\2", text)
    ratings = rating_model.infer([Papers(text), Papers(cited), Papers(hyphenated)]).to_numpy()
    assert np.allclose(ratings[0], ratings[1])
    assert np.allclose(ratings[0], ratings[2])


def test_without_enough_ratings_or_terms_there_is_no_model() -> None:
    targets = np.full((4, len(NAMES)), np.nan)
    ratings = out_of_fold_ratings(count_terms(PAPERS[:4]), targets, np.arange(4))
    assert ratings.isna().all(axis=None)
    assert fit_rating_model(count_terms([Papers("same words")] * 200), TARGETS[:200]) is None


def test_errors_are_root_mean_squares() -> None:
    ratings = pd.DataFrame({"a": [1.0, 4.0, 2.0], "b": [1.0, 1.0, 1.0]})
    targets = np.array([[4.0, np.nan], [8.0, np.nan], [np.nan, np.nan]])
    errors = rating_errors(ratings, targets)
    assert errors[0] == pytest.approx((12.5) ** 0.5)
    assert np.isnan(errors[1])


def test_of_many_rulings_only_cases_with_a_rating_are_fitted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("train.fit.rating_model.MAX_RULINGS", 150)
    targets = TARGETS.copy()
    targets[:200] = np.nan
    groups = np.arange(len(targets))
    assert rows_to_fit(targets, groups).min() >= 200
    targets[:] = np.nan
    assert len(rows_to_fit(targets, groups)) == 0


def test_terms_have_the_weights_of_scikit_learn() -> None:
    vocabulary = fit_vocabulary(TERMS)
    assert vocabulary is not None
    names = [term_names(papers) for papers in PAPERS]
    parts = []
    for block in BLOCKS:
        min_motions, max_share = {"words": (3, 0.3)}.get(block, (2, 0.9))
        vectorizer = TfidfVectorizer(
            sublinear_tf=True, analyzer=itemgetter(block), min_df=min_motions, max_df=max_share
        ).fit(names)
        assert vocabulary.terms[block] == tuple(vectorizer.get_feature_names_out())
        assert vocabulary.idf[block] == pytest.approx(vectorizer.idf_, abs=1e-12)
        parts.append(vectorizer.transform(names[:40]).toarray())
    matrix = vocabulary.matrix(PAPERS[:40])
    assert matrix.toarray() == pytest.approx(np.hstack(parts), abs=1e-12)
    assert (vocabulary.matrix(PAPERS[7:8]) != matrix[7]).nnz == 0
    assert (TERMS.take(np.arange(40)).weighted(vocabulary) != matrix).nnz == 0


def test_sliced_counts_fit_the_vocabulary_of_counts_made_alone() -> None:
    rows = np.arange(0, len(PAPERS), 3)
    sliced, alone = fit_vocabulary(TERMS.take(rows)), fit_vocabulary(count_terms(PAPERS[::3]))
    assert sliced is not None
    assert alone is not None
    for block in BLOCKS:
        assert sliced.terms[block] == alone.terms[block]
        assert np.array_equal(sliced.idf[block], alone.idf[block])


def test_a_term_is_found_where_it_first_appears() -> None:
    papers = Papers("The order is late. The order may be stayed.", "A data breach, an order.")
    terms: set[tuple[Block, str]] = {
        ("words", "order"),
        ("words", "data breach"),
        ("words", "order late"),
        ("indicators", "harm_types.privacy_exposure"),
    }
    hits = find_terms(papers, terms)
    assert set(hits) == {("words", "order"), ("words", "data breach")}
    assert (hits["words", "order"].paper, hits["words", "order"].start) == ("motion", 4)
    assert hits["words", "data breach"].paper == "opposition"


def test_denied_phrases_are_terms_of_their_own() -> None:
    names = term_names(Papers("There was no data breach."))
    assert "not harm_types.privacy_exposure" in names["indicators"]
    assert "harm_types.privacy_exposure" not in names["indicators"]
    assert "data breach" in names["words"]


def test_words_for_the_scope_check_are_not_terms() -> None:
    names = term_names(Papers("Defendant moves for summary judgment."))
    assert not any("other_paper" in name for block in BLOCKS for name in names[block])


def test_shapes_that_do_not_agree_are_refused() -> None:
    rating_model = fit_rating_model(TERMS, TARGETS)
    assert rating_model is not None
    record = rating_model.to_json()
    record["weights"] = record["weights"][:2]
    with pytest.raises(ValueError, match="weights of shape"):
        RatingModel.from_json(record)
