"""Neighbors: the training rulings most like a motion, by the model's trees and by text.

Two rulings are similar to the model where its trees put them into the same leaves (random forest
proximity), and in text where their terms do (cosine similarity); `TEXT_WEIGHT` blends the two.

References
----------
Breiman (2001), Machine Learning 45:5-32; Breiman and Cutler's proximities of random forests.
"""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from data.arrays import Flags, Floats
from data.cases import case_keys
from data.schema import Motion
from train.model.grant_model import GrantModel
from train.model.store import TRAIN_AGAIN, UnusableModel
from train.model.tree_tables import LeafIndices
from train.model.vocabulary import TermRow
from train.modes import BASIS_OF, MODES, Mode

TEXT_WEIGHT = 0.2
"""Weight of the text in the similarity. The leaves alone predict outcomes best: on rulings before
2022 (4-fold, by case) the grant rate of the 20 nearest had a Brier score of 0.165, 0.218 and 0.225
in the three modes, with this weight 0.169, 0.223 and 0.226, with text alone 0.242. But a reader
expects rulings on the same subject too."""
RECORDS, ARRAYS = "comparables.jsonl", "comparables.npz"
RECORD_FIELDS = (
    "id",
    "case_id",
    "caption",
    "court",
    "docket_number",
    "decided",
    "outcome",
    "citation",
    "source",
)
_RULINGS_PER_BLOCK = 512
"""Rulings compared at a time: their bits stay in the processor's cache."""
BitPlanes = npt.NDArray[np.uint64]
"""(bits, n, words): leaf indices bit by bit, 64 trees to a word."""


@dataclass(frozen=True, eq=False)
class Neighbors:
    """n training rulings to compare motions with.

    Attributes
    ----------
    records
        For each, the fields of `RECORD_FIELDS`.
    granted
        n labels.
    matrices
        For each mode, the (n, columns) encoded features of the rulings, masked to that mode.
    terms
        (n, terms) of the rating model's vocabulary, rows of length one; None without that model.
    """

    records: tuple[dict[str, Any], ...]
    granted: Flags
    matrices: dict[Mode, npt.NDArray[np.float32]]
    terms: csr_matrix | None
    _bit_planes: dict[Mode, BitPlanes] = field(default_factory=dict, repr=False)

    def similarity(
        self, model: GrantModel, mode: Mode, leaves: LeafIndices, terms: TermRow | None
    ) -> Floats:
        """Return the similarity of each of the n rulings to a motion, from 0 to 1.

        Parameters
        ----------
        leaves
            (1, trees): the leaves that the motion reaches in the mode's trees.
        terms
            The motion's terms in the rating model's vocabulary; None without that model.
        """
        planes = self._planes_of(model, mode)
        differing = count_differing_trees(planes, bit_planes(leaves, len(planes)))
        proximity = 1 - differing / leaves.shape[1]
        if terms is None or self._rulings_by_term is None:
            return np.asarray(proximity, dtype=float)
        length = np.sqrt((terms.weights**2).sum()) or 1.0
        cosine = terms.weights @ self._rulings_by_term[terms.columns] / length
        return np.asarray((1 - TEXT_WEIGHT) * proximity + TEXT_WEIGHT * cosine, dtype=float)

    def _planes_of(self, model: GrantModel, mode: Mode) -> BitPlanes:
        """Return the bit planes of the rulings' leaves, computed at the first call for a mode."""
        if mode not in self._bit_planes:
            forest = model.ensembles[BASIS_OF[mode]].forest
            leaves = forest.leaf_indices(self.matrices[mode].astype(float))
            n_bits = max(1, (forest.max_leaves - 1).bit_length())
            self._bit_planes[mode] = bit_planes(leaves, n_bits)
        return self._bit_planes[mode]

    @cached_property
    def _rulings_by_term(self) -> csr_matrix | None:
        """(terms, n): a motion needs the rows of its own terms only."""
        return None if self.terms is None else self.terms.T.tocsr()

    def from_other_cases(self, motion: Motion) -> Flags:
        """Return which rulings belong to another case than the motion."""
        keys = [*case_keys(motion), ("id", motion.id)]
        same_case = [row for key in keys for row in self._rows_by_case.get(key, ())]
        others = np.ones(len(self.records), dtype=bool)
        others[same_case] = False
        return others

    @cached_property
    def _rows_by_case(self) -> dict[tuple[str, str | None], list[int]]:
        rows: dict[tuple[str, str | None], list[int]] = {}
        for row, record in enumerate(self.records):
            facts = {name: record[name] for name in ("case_id", "court", "docket_number")}
            keys = [*case_keys(Motion.model_construct(**facts)), ("id", record["id"])]
            for key in keys:
                rows.setdefault(key, []).append(row)
        return rows


def load_neighbors(folder: Path) -> Neighbors | None:
    """Load what `save_neighbors` wrote; None where a model has none.

    Raises
    ------
    UnusableModel
        If the files are damaged, disagree with each other, or hold anything but plain arrays.
    """
    if not (folder / RECORDS).is_file():
        return None
    try:
        return _load(folder)
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise UnusableModel(
            f"the comparable rulings in {folder} are damaged ({error!r}); {TRAIN_AGAIN}"
        ) from None


def _load(folder: Path) -> Neighbors:
    lines = (folder / RECORDS).read_text(encoding="utf-8").splitlines()
    records = tuple(json.loads(line) for line in lines)
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        terms = None
        if "data" in arrays:
            csr = (arrays["data"], arrays["indices"], arrays["indptr"])
            terms = csr_matrix(csr, shape=tuple(arrays["shape"]))
        matrices: dict[Mode, npt.NDArray[np.float32]] = {m: arrays[f"matrix_{m}"] for m in MODES}
        granted = arrays["granted"]
    lengths = {len(records), len(granted), *(len(matrix) for matrix in matrices.values())}
    if terms is not None:
        lengths.add(terms.shape[0])
    if len(lengths) != 1:
        raise ValueError(f"{ARRAYS} and {RECORDS} hold different numbers of rulings")
    return Neighbors(records, granted, matrices, terms)


def bit_planes(leaves: LeafIndices, n_bits: int) -> BitPlanes:
    """Pack (n, trees) leaf indices into (bits, n, words) bit planes.

    Two rulings share the leaf of a tree where all of its bits are equal.
    """
    n, trees = leaves.shape
    padded = np.zeros((n, trees + -trees % 64), dtype=np.uint32)
    padded[:, :trees] = leaves
    planes = [np.packbits((padded >> bit) & 1 == 1, axis=1) for bit in range(n_bits)]
    return np.stack(planes).view(np.uint64)


def count_differing_trees(rulings: BitPlanes, motion: BitPlanes) -> Floats:
    """Return in how many trees each of n rulings and a motion reach different leaves."""
    _, n, words = rulings.shape
    counts = np.empty(n)
    ones = np.ones(words, dtype=np.float32)
    for start in range(0, n, _RULINGS_PER_BLOCK):
        block = slice(start, start + _RULINGS_PER_BLOCK)
        differs = rulings[0, block] ^ motion[0]
        for ruling_plane, motion_plane in zip(rulings[1:, block], motion[1:], strict=True):
            differs |= ruling_plane ^ motion_plane
        # Integers this small are exact in float32, and a matrix product is the fastest sum.
        counts[block] = np.bitwise_count(differs).astype(np.float32) @ ones
    return counts
