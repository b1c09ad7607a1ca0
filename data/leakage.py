"""Audit labelled rulings for leakage: papers whose words give the outcome away.

A model trained on papers that tell their outcome looks excellent and is useless. Two tests: the
detector of `data.checks` looks for papers that say how the court ruled, and a bag-of-words model
shows whether words alone forecast the outcome better than papers before a ruling can. Words are
named one or two at a time, so that the findings quote no paper.

References
----------
Kaufman, Rosset, Perlich and Stitelman (2012), Leakage in Data Mining, ACM TKDD 6(4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.arrays import Flags, Floats, Objects, Rows
from data.bootstrap import case_bootstrap
from data.cases import case_groups, sample_cases
from data.checks import Finding, reveals_outcome, speaks_as_court, tells_later_events
from data.schema import Ruling

MAX_AUC = 0.75
"""ROC AUC that words alone may reach. On the embedded rulings, whose accounts were written without
the outcome, a bag of words reaches 0.62; `enjoin data audit embedded` prints it."""
MIN_RULINGS, MIN_CASES_A_FOLD = 40, 8
"""With fewer rulings, or fewer cases of an outcome, no model of words is fitted."""
MAX_RULINGS = 5_000
"""Rulings audited; of more, whole cases are drawn at random."""
MIN_PURITY = 0.95
"""Share of its cases with one outcome from which a word gives the outcome away ..."""
SIGNIFICANCE = 0.05
"""... if that many happen by chance this rarely (binomial test, Bonferroni's correction)."""
MIN_CASES_OF_WORD = 5
MAX_WORDS_NAMED = 20
N_FOLDS, REPLICATES = 5, 400
_REGULARIZATION = 0.05
"""Inverse strength of the penalty: strong, as there are more words than rulings."""


@dataclass(frozen=True)
class LeakingWord:
    """One or two words that go with an outcome.

    Attributes
    ----------
    word
        The word or two words, in lower case.
    granted, denied
        Rulings with it, by outcome.
    ids
        Their ids.
    decisive
        Whether nearly all of its cases have one outcome, more than happens by chance.
    """

    word: str
    granted: int
    denied: int
    ids: tuple[str, ...]
    decisive: bool


@dataclass(frozen=True)
class LeakageAudit:
    """What an audit found.

    Attributes
    ----------
    n_rulings, n_audited
        Rulings given, and those on which the model of words was fitted.
    told
        Ids of rulings whose papers say how the court ruled.
    afterwards
        Ids of rulings whose accounts describe what happened after the ruling.
    in_courts_voice
        Ids of rulings whose accounts say what the court found, or speak as one would.
    auc, low, high
        ROC AUC of the bag-of-words model on cases it was not fitted on, with its 95% interval by
        case; None with too few rulings.
    words
        Decisive words, and if the model does too well the words that go with an outcome most, each
        sorted by how unlikely that is by chance.
    """

    n_rulings: int
    n_audited: int
    told: tuple[str, ...]
    afterwards: tuple[str, ...]
    in_courts_voice: tuple[str, ...]
    auc: float | None
    low: float | None
    high: float | None
    words: tuple[LeakingWord, ...]

    @property
    def is_too_good(self) -> bool:
        """Whether words alone forecast the outcome better than `MAX_AUC`, not just by chance."""
        return self.low is not None and self.low > MAX_AUC

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong, and the ids of the rulings concerned; () if the audit passes."""
        in_papers = (
            (self.told, "say in their papers how the court ruled"),
            (self.afterwards, "describe events after the ruling"),
            (self.in_courts_voice, "are described in the court's voice"),
        )
        found = [Finding(f"{len(ids):,} ruling(s) {what}", ids) for ids, what in in_papers if ids]
        if self.is_too_good:
            found.append(
                Finding(
                    "words alone forecast the outcome better than papers before a ruling allow: "
                    f"the ROC AUC is above {MAX_AUC}, even at the low end of its interval"
                )
            )
        if n_decisive := sum(word.decisive for word in self.words):
            found.append(Finding(f"{n_decisive:,} word(s) go with one outcome nearly always"))
        return tuple(found)

    @property
    def passes(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def audit_leakage(rulings: Sequence[Ruling], granted: Sequence[bool] | Flags) -> LeakageAudit:
    """Look for what gives the outcome away in the papers of labelled rulings.

    Parameters
    ----------
    rulings
        n labelled rulings.
    granted
        Whether each counts as granted (see `data.labels`).
    """
    labels: Flags = np.asarray(granted, dtype=bool)
    told, afterwards, in_courts_voice = (
        tuple(ruling.id for ruling in rulings if applies(ruling))
        for applies in (reveals_outcome, tells_later_events, speaks_as_court)
    )
    in_papers = (told, afterwards, in_courts_voice)
    groups = case_groups(rulings)
    rows = sample_cases(groups, MAX_RULINGS)
    rulings, labels, groups, n_rulings = (
        [rulings[row] for row in rows],
        labels[rows],
        groups[rows],
        len(rulings),
    )
    if len(rulings) < MIN_RULINGS or _cases_of_rarer_outcome(labels, groups) < MIN_CASES_A_FOLD:
        return LeakageAudit(n_rulings, 0, *in_papers, None, None, None, ())
    counts, names = _words_of(rulings)
    auc = _auc_with_interval(labels, _out_of_fold_scores(counts, labels, groups), groups)
    found = _words_by_outcome(counts, names, labels, groups, rulings)
    is_too_good = auc[1] > MAX_AUC
    named = [word for word in found if word.decisive]
    if is_too_good:
        named += [word for word in found if not word.decisive][: MAX_WORDS_NAMED - len(named)]
    return LeakageAudit(n_rulings, len(rulings), *in_papers, *auc, tuple(named))


def _cases_of_rarer_outcome(granted: Flags, groups: Rows) -> int:
    return min(len(np.unique(groups[granted])), len(np.unique(groups[~granted])))


def _words_of(rulings: Sequence[Ruling]) -> tuple[Any, Objects]:
    """Return a sparse (n, words) matrix of which words each ruling has, and the words."""
    from sklearn.feature_extraction.text import CountVectorizer  # takes a second to import

    texts = (
        "\n".join(
            text
            for text in (row.motion, row.opposition, row.summary, row.opposition_summary)
            if text
        )
        for row in rulings
    )
    vectorizer = CountVectorizer(
        ngram_range=(1, 2), min_df=min(MIN_CASES_OF_WORD, len(rulings)), binary=True
    )
    counts = vectorizer.fit_transform(texts).tocsr()
    return counts, vectorizer.get_feature_names_out()


def _out_of_fold_scores(counts: Any, granted: Flags, groups: Rows) -> Floats:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    scores: Floats = np.zeros(len(granted))
    folds = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(scores, granted, groups):
        model = LogisticRegression(C=_REGULARIZATION, solver="liblinear", random_state=0)
        scores[test] = model.fit(counts[train], granted[train]).predict_proba(counts[test])[:, 1]
    return scores


def _auc_with_interval(granted: Flags, scores: Floats, groups: Rows) -> tuple[float, float, float]:
    """Return the ROC AUC and its 95% interval, from a bootstrap by case."""
    weights = np.vstack([np.ones(len(scores)), case_bootstrap(groups, REPLICATES)])
    order = np.argsort(scores, kind="stable")
    # Rows with the same score form one step of the curve.
    steps = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    grants = np.add.reduceat((weights * granted)[:, order], steps, axis=1)
    denials = np.add.reduceat((weights * ~granted)[:, order], steps, axis=1)
    below = np.cumsum(denials, axis=1) - denials / 2
    pairs = grants.sum(axis=1) * denials.sum(axis=1)
    areas = (below * grants).sum(axis=1)[pairs > 0] / pairs[pairs > 0]
    low, high = np.quantile(areas[1:], [0.025, 0.975])
    return float(areas[0]), float(low), float(high)


def _words_by_outcome(
    counts: Any, names: Objects, granted: Flags, groups: Rows, rulings: Sequence[Ruling]
) -> list[LeakingWord]:
    """Return the words that go with an outcome more than by chance, the least likely first.

    A case counts once, by its first ruling: rulings of one case share words and outcome.
    """
    from scipy.stats import binom

    _, first = np.unique(groups, return_index=True)
    rate, cases = granted[first].mean(), counts[first]
    with_word = np.asarray(cases.sum(axis=0)).ravel()
    granted_with = np.asarray(cases[granted[first]].sum(axis=0)).ravel()
    by_chance = np.minimum(
        binom.sf(granted_with - 1, with_word, rate), binom.cdf(granted_with, with_word, rate)
    )
    share = np.maximum(granted_with, with_word - granted_with) / np.maximum(with_word, 1)
    # Two-sided, of as many words as there are.
    is_likely = (by_chance * 2 * len(names) > SIGNIFICANCE) | (with_word < MIN_CASES_OF_WORD)
    columns = counts.tocsc()
    found = []
    for word in np.argsort(by_chance, kind="stable"):
        if is_likely[word]:
            continue
        rows = np.sort(columns.indices[columns.indptr[word] : columns.indptr[word + 1]])
        n_granted = int(granted[rows].sum())
        ids = tuple(rulings[row].id for row in rows)
        decisive = bool(share[word] >= MIN_PURITY)
        found.append(LeakingWord(str(names[word]), n_granted, len(rows) - n_granted, ids, decisive))
    return found
