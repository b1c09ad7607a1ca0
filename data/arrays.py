"""Names for the numpy arrays that functions take and return."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
"""Row numbers, from 0, or other indices."""
Objects = npt.NDArray[np.object_]
