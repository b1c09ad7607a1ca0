"""Comparables: the training rulings most like a motion, as the model and the words see them.

Two rulings are alike to the model where its trees put them into the same leaves (the proximity of
Breiman), and alike in words where their terms point the same way (cosine); `BLEND` mixes the two.

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

from data.cases import case_keys
from data.schema import Motion
from features.phrases.spans import counted_up
from train.model.calibration import Flags, Floats
from train.model.grant_model import GrantModel
from train.model.store import AGAIN, UnusableModel
from train.model.tree_tables import Leaves
from train.model.vocabulary import TermRow
from train.modes import BASIS_OF, MODES, Mode

BLEND = 0.2
"""Share of the words in the likeness. The leaves alone foretell outcomes best: on rulings before
2022 (4-fold, by case) the grant rate of the 20 most like had a Brier score of 0.165, 0.218 and
0.225 in the three modes, with this share 0.169, 0.223 and 0.226, with the words alone 0.242. But a
reader wants rulings on the same subject too."""
RECORDS, ARRAYS = "comparables.jsonl", "comparables.npz"
SHOWN = (
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


_AT_ONCE = 512
"""Rulings compared at a time: their bits stay in the processor's cache."""
Bits = npt.NDArray[np.uint64]
"""(bits, n, words): leaves' numbers bit by bit, 64 trees to a word."""


@dataclass(frozen=True, eq=False)
class Comparables:
    """n training rulings to compare motions with.

    Attributes
    ----------
    records
        For each, the fields of `SHOWN`.
    granted
        n labels.
    matrices
        For each mode, the (n, columns) encoded features of the rulings as a user of that mode
        would give them.
    terms
        (n, terms) of the readers' vocabulary, rows of length one; None where there are no readers.
    """

    records: tuple[dict[str, Any], ...]
    granted: Flags
    matrices: dict[Mode, npt.NDArray[np.float32]]
    terms: csr_matrix | None
    _leaves: dict[Mode, Bits] = field(default_factory=dict, repr=False)

    def likeness(
        self,
        model: GrantModel,
        mode: Mode,
        leaves: Leaves,
        terms: TermRow | None,
    ) -> Floats:
        """Return how alike each of the n rulings is to a motion, from 0 to 1.

        Parameters
        ----------
        leaves, terms
            The motion's (1, trees) leaves in the mode's trees, and its terms in the readers'
            vocabulary.
        """
        theirs = self._bits(model, mode)
        alike = 1 - _trees_apart(theirs, _bits_of(leaves, len(theirs))) / leaves.shape[1]
        if terms is None or self._rows_of_terms is None:
            return np.asarray(alike, dtype=float)
        return np.asarray((1 - BLEND) * alike + BLEND * self._cosine(terms), dtype=float)

    def _cosine(self, terms: TermRow) -> Floats:
        """Return the cosines of a motion's terms with those of the n rulings.

        A product of sparse matrices, of which scipy's takes longer to prepare than to do.
        """
        rows = self._rows_of_terms
        assert rows is not None
        first = rows.indptr[terms.columns]
        counts = rows.indptr[terms.columns + 1] - first
        places = counted_up(first, counts)
        products = rows.data[places] * terms.weights.repeat(counts)
        length = np.sqrt((terms.weights**2).sum()) or 1.0
        return np.bincount(rows.indices[places], products, len(self.records)) / length

    def _bits(self, model: GrantModel, mode: Mode) -> Bits:
        """Return the rulings' leaves as bits; found when first asked for."""
        if mode not in self._leaves:
            forest = model.ensembles[BASIS_OF[mode]].forest
            leaves = forest.leaves(self.matrices[mode].astype(float))
            self._leaves[mode] = _bits_of(leaves, max(1, (forest.most_leaves - 1).bit_length()))
        return self._leaves[mode]

    @cached_property
    def _rows_of_terms(self) -> csr_matrix | None:
        """(terms, n): only the rows of a motion's own terms are looked at."""
        return None if self.terms is None else self.terms.T.tocsr()

    def of_other_cases(self, motion: Motion) -> Flags:
        """Tell which rulings are of another case than the motion."""
        mine = [*case_keys(motion), ("id", motion.id)]
        same = [row for key in mine for row in self._rows_of_case.get(key, ())]
        others = np.ones(len(self.records), dtype=bool)
        others[same] = False
        return others

    @cached_property
    def _rows_of_case(self) -> dict[tuple[str, str | None], list[int]]:
        rows: dict[tuple[str, str | None], list[int]] = {}
        for row, record in enumerate(self.records):
            facts = {name: record[name] for name in ("case_id", "court", "docket_number")}
            keys = [*case_keys(Motion.model_construct(**facts)), ("id", record["id"])]
            for key in keys:
                rows.setdefault(key, []).append(row)
        return rows


def load_comparables(folder: Path) -> Comparables | None:
    """Read what `save_comparables` wrote; None where a model has none.

    Raises
    ------
    UnusableModel
        If the files are damaged, do not fit together, or hold what is no plain array.
    """
    if not (folder / RECORDS).is_file():
        return None
    try:
        return _read(folder)
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise UnusableModel(
            f"the comparable rulings in {folder} are damaged ({error!r}); {AGAIN}"
        ) from None


def _read(folder: Path) -> Comparables:
    lines = (folder / RECORDS).read_text(encoding="utf-8").splitlines()
    records = tuple(json.loads(line) for line in lines)
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        terms = None
        if "data" in arrays:
            parts = (arrays["data"], arrays["indices"], arrays["indptr"])
            terms = csr_matrix(parts, shape=tuple(arrays["shape"]))
        matrices: dict[Mode, npt.NDArray[np.float32]] = {m: arrays[f"matrix_{m}"] for m in MODES}
        granted = arrays["granted"]
    lengths = {len(records), len(granted), *(len(matrix) for matrix in matrices.values())}
    if terms is not None:
        lengths.add(terms.shape[0])
    if len(lengths) != 1:
        raise ValueError(f"{folder / ARRAYS} is not of the rulings in {RECORDS}")
    return Comparables(records, granted, matrices, terms)


def _trees_apart(theirs: Bits, mine: Bits) -> Floats:
    """Return in how many trees each of n rulings and a motion lie in different leaves."""
    _, n, words = theirs.shape
    apart = np.empty(n)
    ones = np.ones(words, dtype=np.float32)
    for start in range(0, n, _AT_ONCE):
        first, *others = theirs[:, start : start + _AT_ONCE]
        differ = first ^ mine[0]
        for one, other in zip(others, mine[1:], strict=True):
            differ |= one ^ other
        # Whole numbers this small are exact, and a product is the fastest sum.
        apart[start : start + _AT_ONCE] = np.bitwise_count(differ).astype(np.float32) @ ones
    return apart


def _bits_of(leaves: Leaves, n_bits: int) -> Bits:
    """Return (bits, n, words): bit by bit, the (n, trees) numbers of leaves, 64 trees to a word.

    Two rulings share the leaf of a tree where all of its bits are equal.
    """
    n, trees = leaves.shape
    numbers = np.zeros((n, trees + -trees % 64), dtype=np.uint32)
    numbers[:, :trees] = leaves
    planes = [np.packbits((numbers >> bit) & 1 == 1, axis=1) for bit in range(n_bits)]
    return np.stack(planes).view(np.uint64)
