"""Factor rating_model: nothing leaks, nothing is pickled, every reading shows its words."""

import json
import re
from dataclasses import replace
from operator import itemgetter

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from data.cases import case_groups
from data.embedded import embedded_rulings, reader_forecasts
from features.build import build_features
from features.document import Papers
from features.families.inferred_ratings import COLUMNS
from train.dataset import build_training_set, fit_inferred_ratings
from train.fit.rating_model import (
    fit_rating_model,
    out_of_fold_ratings,
    rating_errors,
    rating_targets,
    rows_to_fit,
)
from train.fit.vocabulary import count_terms, fit_vocabulary
from train.model.rating_model import RatingModel
from train.model.vocabulary import BLOCKS, term_names

RULINGS = list(embedded_rulings()[:400])
PAPERS = [Papers.of(row) for row in RULINGS]
TERMS = count_terms(PAPERS)
TARGETS = rating_targets(RULINGS, reader_forecasts())
NAMES = [column.name for column in COLUMNS]


def test_a_training_ruling_is_read_without_its_own_case() -> None:
    groups = case_groups(RULINGS)
    row = int(np.flatnonzero(np.bincount(groups)[groups] > 1)[0])
    case = groups == groups[row]
    changed = TARGETS.copy()
    changed[case] = -TARGETS[case]
    before, after = (out_of_fold_ratings(TERMS, targets, groups) for targets in (TARGETS, changed))
    assert np.array_equal(before[case].to_numpy(), after[case].to_numpy())
    assert not np.array_equal(before[~case].to_numpy(), after[~case].to_numpy())


def test_readings_of_unseen_rulings_go_with_the_ratings() -> None:
    readings = out_of_fold_ratings(TERMS, TARGETS, case_groups(RULINGS))
    for place, name in enumerate(NAMES):
        known = ~np.isnan(TARGETS[:, place])
        assert np.corrcoef(readings[name][known], TARGETS[known, place])[0, 1] > 0.1


def test_readers_are_the_same_after_json() -> None:
    targets = TARGETS.copy()
    targets[:, 1] = np.nan  # a factor that nobody rated is not read
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


def test_the_words_behind_a_reading_stand_where_they_are_said_to() -> None:
    rating_model = fit_rating_model(TERMS, TARGETS)
    assert rating_model is not None
    motion = next(row for row in RULINGS if row.opposition)
    frame = build_features([motion])
    behind = rating_model.explain(frame.papers, rating_model.vocabulary.matrix(frame.papers))
    found = behind[0]
    assert set(found) == set(NAMES)
    for hits in found.values():
        assert hits
        for hit in hits:
            assert getattr(motion, hit.paper)[hit.start : hit.end] == hit.words
    empty = rating_model.vocabulary.matrix([Papers("")])
    assert rating_model.explain([Papers("")], empty) == [{}]
    assert rating_model.explain([], rating_model.vocabulary.matrix([])) == []
    assert len(rating_model.infer([])) == 0


def test_readers_see_neither_citations_nor_broken_words() -> None:
    rating_model = fit_rating_model(TERMS, TARGETS)
    assert rating_model is not None
    text = PAPERS[1].motion.text
    cited = f"{text} Doe v. Harm School, 555 U.S. 7, 22 (2008) (no harm to the election)."
    broken = re.sub(r"([a-z]{4})([a-z]{4})", r"\1-\n\2", text)
    plain, other, mended = (rating_model.infer([Papers(t)]) for t in (text, cited, broken))
    assert np.allclose(plain, mended)
    assert np.allclose(plain, other)


def test_rulings_too_few_or_without_ratings_are_not_read() -> None:
    targets = np.full((4, len(NAMES)), np.nan)
    readings = out_of_fold_ratings(count_terms(PAPERS[:4]), targets, np.arange(4))
    assert readings.isna().all(axis=None)
    assert fit_rating_model(count_terms([Papers("same words")] * 200), TARGETS[:200]) is None


def test_the_error_of_a_reading_is_the_root_of_the_mean_square() -> None:
    readings = pd.DataFrame({"a": [1.0, 4.0, 2.0], "b": [1.0, 1.0, 1.0]})
    targets = np.array([[4.0, np.nan], [8.0, np.nan], [np.nan, np.nan]])
    errors = rating_errors(readings, targets)
    assert errors[0] == pytest.approx((12.5) ** 0.5)
    assert np.isnan(errors[1])


def test_a_reading_is_said_with_its_error() -> None:
    rating, outlook = COLUMNS[0], COLUMNS[-1]
    assert rating.describe(3.44, 0.86).endswith(": 3.4, give or take 0.9")
    assert outlook.describe(0.0, np.log(3.0)).endswith(": 50% (often 25% to 75%)")


def test_of_many_rulings_a_part_teaches_and_the_others_are_read_as_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = RULINGS[:250]
    training_set = build_training_set(few)
    rows = np.arange(len(few))
    whole = fit_inferred_ratings(training_set, rows)
    monkeypatch.setattr("train.fit.rating_model.MAX_RULINGS", 150)
    taught = rows_to_fit(training_set.targets, training_set.groups)
    others = np.setdiff1d(rows, taught)
    assert 140 < len(taught) <= 150
    assert not set(training_set.groups[taught]) & set(training_set.groups[others])
    read = fit_inferred_ratings(training_set, rows)
    assert read.rating_model is not None
    assert not read.out_of_fold.isna().any(axis=None)
    assert not read.out_of_fold.equals(whole.out_of_fold)
    # The others are read by the rating_model that later motions meet, and their ratings teach nothing.
    expected = read.rating_model.infer([PAPERS[row] for row in others])
    assert np.array_equal(read.out_of_fold.iloc[others].to_numpy(), expected.to_numpy())
    targets = training_set.targets.copy()
    targets[others] = -targets[others]
    again = fit_inferred_ratings(replace(training_set, targets=targets), rows)
    assert again.out_of_fold.equals(read.out_of_fold)


def test_only_cases_with_a_rating_teach_where_not_all_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("train.fit.rating_model.MAX_RULINGS", 150)
    targets = TARGETS.copy()
    targets[:200] = np.nan
    groups = np.arange(len(targets))
    assert rows_to_fit(targets, groups).min() >= 200
    targets[:] = np.nan
    assert len(rows_to_fit(targets, groups)) == 0


def test_terms_weigh_as_scikit_learn_weighs_them() -> None:
    vocabulary = fit_vocabulary(TERMS)
    assert vocabulary is not None
    names = [term_names(papers) for papers in PAPERS]
    parts = []
    for block in BLOCKS:
        least, most = {"words": (3, 0.3)}.get(block, (2, 0.9))
        vectorizer = TfidfVectorizer(
            sublinear_tf=True, analyzer=itemgetter(block), min_df=least, max_df=most
        ).fit(names)
        assert vocabulary.terms[block] == tuple(vectorizer.get_feature_names_out())
        assert vocabulary.idf[block] == pytest.approx(vectorizer.idf_, abs=1e-12)
        parts.append(vectorizer.transform(names[:40]).toarray())
    matrix = vocabulary.matrix(PAPERS[:40])
    assert matrix.toarray() == pytest.approx(np.hstack(parts), abs=1e-12)
    assert (vocabulary.matrix(PAPERS[7:8]) != matrix[7]).nnz == 0
    assert (TERMS.of(np.arange(40)).weighted(vocabulary) != matrix).nnz == 0


def test_a_part_of_the_rulings_teaches_as_if_it_had_been_counted_alone() -> None:
    rows = np.arange(0, len(PAPERS), 3)
    part, alone = fit_vocabulary(TERMS.of(rows)), fit_vocabulary(count_terms(PAPERS[::3]))
    assert part is not None
    assert alone is not None
    for block in BLOCKS:
        assert part.terms[block] == alone.terms[block]
        assert np.array_equal(part.idf[block], alone.idf[block])
