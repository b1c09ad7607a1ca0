"""What the model made of some motions, from which scores and answers are written."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from data.arrays import Floats
from features.frame import FeatureFrame
from train.model.grant_model import ESTIMATE, EnsembleBatch
from train.model.likeness import Compared, suppose_claim_area
from train.model.tree_tables import LeafIndices
from train.model.vocabulary import row_of
from train.modes import Mode


class Scored(NamedTuple):
    """n motions and what the model made of them.

    Attributes
    ----------
    batches, leaf_indices
        The rows of each ensemble, and the leaves they reach in its trees.
    out_of_scope
        Reasons for each motion; empty where it is in scope.
    long_words
        The words of each long paper without codings; None for any other motion.
    estimates
        (n, 3): `p_grant`, `p_low` and `p_high`, after any adjustment.
    unadjusted
        (n,): `p_grant` before the adjustment.
    rates
        (n,): base rates adjusted to, NaN where none is known for the court; None if not asked for.
    """

    frame: FeatureFrame
    modes: list[Mode]
    batches: list[EnsembleBatch]
    leaf_indices: list[LeafIndices]
    out_of_scope: list[tuple[str, ...]]
    long_words: list[int | None]
    estimates: Floats
    unadjusted: Floats
    rates: Floats | None

    def compared(self, categories: Mapping[str, Sequence[str]]) -> dict[int, Compared]:
        """Return each motion, by row, as training rulings are compared with it.

        `categories` are the model's.
        """
        terms = self.frame.terms
        return {
            row: Compared(
                self.modes[row],
                batch.matrix[index],
                leaves[index : index + 1],
                None if terms is None else row_of(terms, row),
                suppose_claim_area(self.frame.papers[row], categories),
            )
            for batch, leaves in zip(self.batches, self.leaf_indices, strict=True)
            for index, row in enumerate(batch.rows.tolist())
        }

    def estimates_by_name(self) -> dict[str, Any]:
        """Return the estimates, the scope with its reasons, and the adjustment if there is one."""
        named: dict[str, Any] = dict(zip(ESTIMATE, self.estimates.T, strict=True))
        named["in_scope"] = np.array([not reasons for reasons in self.out_of_scope], dtype=bool)
        named["why_out_of_scope"] = ["; ".join(why) or None for why in self.out_of_scope]
        if self.rates is not None:
            named["p_grant_unadjusted"] = self.unadjusted
            # JSON has no NaN, so unknown rates are None, in a column of objects.
            rates = [None if np.isnan(rate) else float(rate) for rate in self.rates]
            named["base_rate"] = np.array(rates, dtype=object)
        return named
