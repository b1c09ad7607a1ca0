"""Alternative calibrations of the model's scores, to compare with the line that is shipped.

Each is fitted on the training rulings' out-of-bag scores, like the shipped line, and evaluated on
the test fold. Venn-Abers also gives an interval: between the isotonic fits that count the new
motion as denied and as granted. It measures how far one more label could move the calibration, not
how far another sample of rulings would have changed the model.

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

from data.arrays import Floats
from train.model.calibration import OutOfBagScores

with np.errstate():  # importing the package turns numpy's warnings off for the whole process
    from venn_abers import VennAbers

UNCALIBRATED, ISOTONIC, BETA, VENN_ABERS = "uncalibrated", "isotonic", "beta", "Venn-Abers"
CALIBRATORS = (UNCALIBRATED, ISOTONIC, BETA, VENN_ABERS)
_MIN_PROBABILITY = 0.01
"""Distance that isotonic steps keep from 0 and 1: no ruling is certain."""


def recalibrate(out_of_bag: OutOfBagScores, scores: Floats) -> dict[str, pd.DataFrame]:
    """Calibrate the mean log-odds of n test rows by each of `CALIBRATORS`.

    Returns
    -------
    For each, n rows of `p_grant`; Venn-Abers also has `p_low` and `p_high`.
    """
    granted = out_of_bag.granted
    isotonic = IsotonicRegression(
        y_min=_MIN_PROBABILITY, y_max=1 - _MIN_PROBABILITY, out_of_bounds="clip"
    ).fit(out_of_bag.scores, granted)
    beta = LogisticRegression(C=np.inf).fit(_log_probabilities(out_of_bag.scores), granted)
    venn_abers = VennAbers()
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # The package divides by zero at its edges and handles the result.
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        venn_abers.fit(_probabilities(out_of_bag.scores), granted.astype(int))
        merged, bounds = venn_abers.predict_proba(_probabilities(scores))
    return {
        UNCALIBRATED: pd.DataFrame({"p_grant": expit(scores)}),
        ISOTONIC: pd.DataFrame({"p_grant": isotonic.predict(scores)}),
        BETA: pd.DataFrame({"p_grant": beta.predict_proba(_log_probabilities(scores))[:, 1]}),
        VENN_ABERS: pd.DataFrame(
            {"p_grant": merged[:, 1], "p_low": bounds[:, 0], "p_high": bounds[:, 1]}
        ),
    }


def _probabilities(scores: Floats) -> Floats:
    """Return (n, 2): the probabilities of denial and grant."""
    return np.column_stack([expit(-scores), expit(scores)])


def _log_probabilities(scores: Floats) -> Floats:
    """Return log p and -log(1 - p), on which beta calibration is a logistic regression."""
    return np.column_stack([log_expit(scores), -log_expit(-scores)])
