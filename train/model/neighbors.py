"""Neighbors: the training rulings that a motion is compared with (see `train.model.likeness`)."""

import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from data.arrays import Flags, Floats, Rows
from data.cases import NamedCase, case_groups, case_keys, party_keys
from data.schema import Motion
from features.build import COLUMNS
from train.model.damage import (
    MAX_JSON_BYTES,
    TRAIN_AGAIN,
    Misfit,
    UnusableModel,
    checked,
    parse_json,
    read_text,
    refuse,
)
from train.model.file_schema import MAX_SIZE, RECORD
from train.model.grant_model import GrantModel
from train.model.likeness import (
    CLAIM_AREA,
    MOTION_TYPE,
    CodedValues,
    Compared,
    Likeness,
    Matrix,
    Part,
    likeness_of_forecasts,
    likeness_of_ratings,
)
from train.model.tree_tables import LeafIndices
from train.model.vocabulary import TermRow
from train.modes import BASIS_OF, MODES, Mode

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
    "source_kind",
)
_RULINGS_PER_BLOCK = 512
"""Rulings compared at a time: their bits stay in the processor's cache."""
BitPlanes = npt.NDArray[np.uint64]
"""(bits, n, words): leaf indices bit by bit, 64 trees to a word."""


MAX_ARRAY_BYTES = 4_000_000_000
"""Bytes of memory that the arrays of a model may take; those of 100,000 rulings take a tenth."""
IN_LIKE_WORDS = 15
"""Rulings in the most similar words, whose claim areas vote for that of a motion without one."""


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
    matrices: dict[Mode, Matrix]
    terms: csr_matrix | None
    _bit_planes: dict[Mode, BitPlanes] = field(default_factory=dict, repr=False)

    def likeness(self, model: GrantModel, compared: Compared) -> Likeness:
        """Return how alike a motion and each of the n rulings are.

        The codings of a ruling are compared as coded, even with a motion that gives none: what is
        read from its papers stands for them. A motion that shows no claim area is compared as one
        of the area that its phrases suggest, or else that rulings in like words have.
        """
        in_mode, coded = self.matrices[compared.mode], self.matrices["coded"]
        encoded = compared.encoded
        words = self._likeness_of_words(compared.terms)
        area = encoded[CLAIM_AREA]
        if np.isnan(area):
            area = compared.supposed_area
        if np.isnan(area) and words is not None:
            area = _commonest(coded[:, CLAIM_AREA], words)
        parts: dict[Part, Floats | None] = {
            "ratings": likeness_of_ratings(in_mode, compared),
            "codings": self.coded_values.likeness(encoded),
            "words": words,
            "model": self._share_of_leaves(model, compared.mode, compared.leaves),
            "forecast": likeness_of_forecasts(in_mode, compared),
        }
        return Likeness(
            parts={part: values for part, values in parts.items() if values is not None},
            same_claim_area=coded[:, CLAIM_AREA] == area,
            same_motion_type=coded[:, MOTION_TYPE] == encoded[MOTION_TYPE],
        )

    def check_fits(self, model: GrantModel, folder: Path) -> None:
        """Check that the terms and the codes of categories are those of a model.

        Raises
        ------
        UnusableModel
            If they are others.
        """
        for index, column in enumerate(COLUMNS):
            n_values = len(model.categories.get(column.name, ()))
            codes = np.concatenate([matrix[:, index] for matrix in self.matrices.values()])
            if column.kind == "category" and (codes >= n_values).any():
                refuse(folder, ARRAYS, Misfit(f"codes of {column.name} that the model lacks"))
        n_terms = len(model.rating_model.vocabulary.columns) if model.rating_model else None
        if self.terms is not None and self.terms.shape[1] != n_terms:
            refuse(folder, ARRAYS, Misfit("the terms are not those of the model"))

    @cached_property
    def coded_values(self) -> CodedValues:
        """The values of the rulings' codings."""
        return CodedValues(self.matrices["coded"])

    def _share_of_leaves(self, model: GrantModel, mode: Mode, leaves: LeafIndices) -> Floats:
        planes = self._planes_of(model, mode)
        differing = count_differing_trees(planes, bit_planes(leaves, len(planes)))
        return np.asarray(1 - differing / leaves.shape[1], dtype=float)

    def _likeness_of_words(self, terms: TermRow | None) -> Floats | None:
        """Return the cosine similarity of the terms; None without a rating model."""
        if terms is None or self._rulings_by_term is None:
            return None
        length = np.sqrt((terms.weights**2).sum()) or 1.0
        cosine = terms.weights @ self._rulings_by_term[terms.columns] / length
        return np.asarray(cosine, dtype=float)

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
        named = [row for key in _keys(motion) for row in self._rows_by_key.get(key, ())]
        if not named:
            return np.ones(len(self.records), dtype=bool)
        return ~np.isin(self._cases, self._cases[named])

    @cached_property
    def _cases(self) -> Rows:
        """The number of each ruling's case, as in `data.cases.case_groups`."""
        return case_groups(self._motions)

    @cached_property
    def _rows_by_key(self) -> dict[tuple[str, object], list[int]]:
        rows: dict[tuple[str, object], list[int]] = {}
        for row, motion in enumerate(self._motions):
            for key in _keys(motion):
                rows.setdefault(key, []).append(row)
        return rows

    @property
    def _motions(self) -> list[NamedCase]:
        """What is kept of each ruling that names its case."""
        names = ("id", "case_id", "caption", "court", "docket_number")
        return [NamedCase(*(record[name] for name in names)) for record in self.records]


def _keys(motion: Motion | NamedCase) -> list[tuple[str, object]]:
    """Return what names a motion and its case; two that share a key are of one case."""
    own = [("id", motion.id)] if motion.id else []
    return [*case_keys(motion), *party_keys(motion), *own]


_READING_ERRORS = (
    OSError,
    EOFError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    BadZipFile,
    zlib.error,
    ArithmeticError,
    NotImplementedError,
)
"""What the readers of damaged files raise."""


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
    except UnusableModel:
        raise
    except _READING_ERRORS as error:
        refuse(folder, "comparable rulings", error)


def _load(folder: Path) -> Neighbors:
    lines = read_text(folder / RECORDS, MAX_JSON_BYTES).splitlines()
    # A model trained before the kind of source was kept has none.
    records = tuple({"source_kind": None} | checked(parse_json(line), RECORD) for line in lines)
    _check_size(folder / ARRAYS)
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        terms = None
        if "data" in arrays:
            csr = (arrays["data"], arrays["indices"], arrays["indptr"])
            terms = csr_matrix(csr, shape=tuple(arrays["shape"]))
        matrices: dict[Mode, Matrix] = {m: arrays[f"matrix_{m}"] for m in MODES}
        granted = arrays["granted"]
    _check_arrays(granted, matrices, terms)
    lengths = {len(records), len(granted), *(len(matrix) for matrix in matrices.values())}
    if terms is not None:
        lengths.add(terms.shape[0])
    if len(lengths) != 1:
        raise UnusableModel(
            f"the comparable rulings in {folder} are damaged ({ARRAYS} and {RECORDS} hold "
            f"different numbers of rulings); {TRAIN_AGAIN}"
        )
    return Neighbors(records, granted, matrices, terms)


def _check_size(path: Path) -> None:
    """Check what the arrays will take in memory: they are compressed, and a few bytes may be much.

    Raises
    ------
    ValueError
        If it is too much, or they are no arrays.
    """
    if not path.is_file():  # not a pipe, which would be waited for
        raise Misfit(f"{ARRAYS} is no regular file")
    with ZipFile(path) as arrays:
        if sum(entry.file_size for entry in arrays.infolist()) > MAX_ARRAY_BYTES:
            raise Misfit(f"{ARRAYS} takes more than {MAX_ARRAY_BYTES / 1e9:g} GB")


def _check_arrays(granted: Flags, matrices: dict[Mode, Matrix], terms: csr_matrix | None) -> None:
    """Check types, shapes and values, which are looked up in tables and multiplied.

    Raises
    ------
    ValueError
        If one does not fit.
    """
    if granted.dtype != bool or granted.ndim != 1:
        raise Misfit("granted is no list of flags")
    categories = [index for index, column in enumerate(COLUMNS) if column.kind == "category"]
    for mode, matrix in matrices.items():
        if matrix.dtype != np.float32 or matrix.ndim != 2 or matrix.shape[1] != len(COLUMNS):
            raise Misfit(f"matrix_{mode} is no matrix of {len(COLUMNS)} columns")
        if (np.abs(matrix) > MAX_SIZE).any() or (matrix[:, categories] < 0).any():
            raise Misfit(f"matrix_{mode} holds values that are out of range")
    if terms is not None:
        terms.check_format(full_check=True)
        if terms.dtype != float or not (np.abs(terms.data) <= MAX_SIZE).all():
            raise Misfit("terms holds values that are out of range")


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


def _commonest(codes: npt.NDArray[np.floating], likeness: Floats) -> float:
    """Return the code that most of the rulings in like words have, the more alike the more."""
    nearest = np.argsort(-likeness, kind="stable")[:IN_LIKE_WORDS]
    known = nearest[~np.isnan(codes[nearest])]
    if not likeness[known].any():
        return float("nan")
    votes = np.bincount(codes[known].astype(np.intp), likeness[known])
    return float(votes.argmax())
