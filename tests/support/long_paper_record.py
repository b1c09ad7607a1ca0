"""What a model's test on long papers may have shown, as `GrantModel.facts` keeps it."""

from typing import Any

LONG_PAPERS: dict[str, Any] = {
    "papers": 34,
    "words": [250, 3200],
    "base_rate": 0.68,
    "modes": {
        "text": {
            "roc_auc": [0.523, 0.35, 0.68],
            "brier_score": [0.246, 0.2, 0.29],
            "brier_difference": [0.016, -0.01, 0.04],
        },
    },
    "text_spread": 1.1,
}
