"""What MLflow keeps of a docket that was coded."""

from collections.abc import Mapping
from typing import Any

from serve.coding.summary import CodingSummary
from train.tracking.coding_run import CodingRun


def coding_run(summary: CodingSummary, params: Mapping[str, Any]) -> CodingRun:
    """Return the run of a docket: values and counts, no words of papers.

    Parameters
    ----------
    params
        How it was read, besides the model.
    """
    counts: dict[str, float] = {
        "rows": summary.rows,
        "coded": summary.coded,
        "rejected": summary.rejected,
        "instructed": summary.instructed,
        "from_store": summary.from_store,
        "tokens_in": summary.tokens_in,
        "tokens_out": summary.tokens_out,
        "seconds": summary.seconds,
    }
    if summary.cost is not None:
        counts["cost"] = summary.cost
    agreement = summary.agreement
    if agreement.share is not None:
        counts["agreement"] = agreement.share
    return CodingRun(
        params={"model": summary.model, **params},
        counts=counts,
        failures=summary.failures,
        unproven=summary.unproven,
        agreement={name: (agreement.agreeing[name], n) for name, n in agreement.compared.items()},
        codings=summary.values,
    )
