"""Other ways to calibrate the model's scores, to be compared with the one that is shipped.

Each is taught by the training rulings' out-of-bag scores, as the shipped line is, and judged on the
rows of the test fold. Venn-Abers gives an interval too: between the two isotonic fits that count
the new motion as denied and as granted. It says how far one label more could move the calibration,
and not how far another sample of rulings would have taught another model.

References
----------
Zadrozny and Elkan (2002), KDD (isotonic); Kull, Silva Filho and Flach (2017), AISTATS (beta);
Vovk and Petej (2014), UAI (Venn-Abers).
"""

import warnings

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from train.model.calibration import Floats, OutOfBag

with np.errstate():  # at its import the package turns numpy's warnings off for everyone
    from venn_abers import VennAbers

UNCALIBRATED, ISOTONIC, BETA, VENN_ABERS = "as scored", "isotonic", "beta", "Venn-Abers"
NAMES = (UNCALIBRATED, ISOTONIC, BETA, VENN_ABERS)
_NEVER_SURE = 0.01
"""How near to 0 and 1 an isotonic step may come: no ruling is certain."""


def calibrated_otherwise(taught: OutOfBag, scores: Floats) -> dict[str, pd.DataFrame]:
    """Calibrate the mean log-odds of n test rows in each way of `NAMES`.

    Returns
    -------
    For each, n rows of `p_grant`; of Venn-Abers `p_low` and `p_high` too.
    """
    isotonic = IsotonicRegression(
        y_min=_NEVER_SURE, y_max=1 - _NEVER_SURE, out_of_bounds="clip"
    ).fit(taught.scores, taught.granted)
    beta = LogisticRegression(C=np.inf).fit(_both_logs(taught.scores), taught.granted)
    venn_abers = VennAbers()
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # At its edges the package divides by zero and knows it.
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        venn_abers.fit(_both_chances(taught.scores), taught.granted.astype(int))
        merged, both = venn_abers.predict_proba(_both_chances(scores))
    return {
        UNCALIBRATED: pd.DataFrame({"p_grant": expit(scores)}),
        ISOTONIC: pd.DataFrame({"p_grant": isotonic.predict(scores)}),
        BETA: pd.DataFrame({"p_grant": beta.predict_proba(_both_logs(scores))[:, 1]}),
        VENN_ABERS: pd.DataFrame(
            {"p_grant": merged[:, 1], "p_low": both[:, 0], "p_high": both[:, 1]}
        ),
    }


def _both_chances(scores: Floats) -> Floats:
    return np.column_stack([expit(-scores), expit(scores)])


def _both_logs(scores: Floats) -> Floats:
    """Return log p and -log(1 - p), on which beta calibration is a logistic regression."""
    return np.column_stack([log_expit(scores), -log_expit(-scores)])
