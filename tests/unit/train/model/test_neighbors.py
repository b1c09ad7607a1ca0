"""How many trees see two rulings alike."""

import numpy as np
import pytest

from train.model.neighbors import bit_planes, count_differing_trees


@pytest.mark.parametrize("most", [2, 5, 31, 256, 700])
def test_trees_apart_are_those_with_different_leaves(most: int) -> None:
    rng = np.random.default_rng(most)
    leaves = rng.integers(0, most, (1000, 130))
    leaves[:5] = leaves[5]
    leaves[0, 0] = most - 1
    n_bits = max(1, (most - 1).bit_length())
    apart = count_differing_trees(bit_planes(leaves, n_bits), bit_planes(leaves[:1], n_bits))
    assert np.array_equal(apart, (leaves != leaves[0]).sum(axis=1))
