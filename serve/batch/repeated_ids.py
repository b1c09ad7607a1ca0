"""Ids that stand on more than one row, found among any number of them."""

import hashlib

import numpy as np
import numpy.typing as npt

SHOWN = 5
"""Ids named, and rejects told."""


class RepeatedIds:
    """Counts the ids that stand on more than one row, at eight bytes an id.

    Attributes
    ----------
    count
        How many there are. Two ids of a million share a digest of 64 bits, and are taken for one,
        once in some thirty million such files.
    names
        The first of them.
    """

    def __init__(self) -> None:
        self.count = 0
        self.names: list[str] = []
        self._seen: list[npt.NDArray[np.uint64]] = []
        self._told: set[int] = set()

    def see(self, ids: list[str]) -> None:
        """Take the ids of the next rows."""
        digests = np.array([_digest(name) for name in ids], dtype=np.uint64)
        known = np.zeros(len(digests), dtype=bool)
        for seen in self._seen:
            places = np.searchsorted(seen, digests)
            known |= seen[np.minimum(places, len(seen) - 1)] == digests
        here: set[int] = set()
        for name, digest, before in zip(ids, digests.tolist(), known.tolist(), strict=True):
            if before or digest in here:
                if digest not in self._told:
                    self._told.add(digest)
                    self.count += 1
                    if len(self.names) < SHOWN:
                        self.names.append(name)
            else:
                here.add(digest)
        self._add(np.fromiter(here, np.uint64, len(here)))

    def _add(self, fresh: npt.NDArray[np.uint64]) -> None:
        """Keep digests in blocks, each sorted and over twice as long as the next.

        So one is sorted anew a dozen times in a million, not with every chunk.
        """
        while self._seen and len(self._seen[-1]) <= 2 * len(fresh):
            fresh = np.concatenate([self._seen.pop(), fresh])
        if len(fresh):
            self._seen.append(np.sort(fresh))


def _digest(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
