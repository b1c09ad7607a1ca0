"""What a model's test on long papers may have shown, as `GrantModel.facts` keeps it."""

from typing import Any

TEXT: dict[str, Any] = {
    "roc_auc": [0.523, 0.35, 0.68],
    "brier_score": [0.246, 0.2, 0.29],
    "brier_difference": [0.016, -0.01, 0.04],
}
CODED: dict[str, Any] = {
    "roc_auc": [0.64, 0.42, 0.86],
    "brier_score": [0.236, 0.18, 0.3],
    "brier_difference": [0.017, -0.07, 0.09],
}
LONG_PAPERS: dict[str, Any] = {
    "papers": 34,
    "words": [250, 3200],
    "base_rate": 0.68,
    "modes": {"text": TEXT, "coded": CODED},
    "by_phrases": {"coded": CODED | {"spread": 0.9}, "text": TEXT | {"spread": 1.1}},
}
