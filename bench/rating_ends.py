"""What the model makes of ratings at the ends of the scale, and what courts made of such motions.

    python -m bench.rating_ends [MODEL]

The first table sets all four Winter ratings of every tenth embedded motion to the same value. The
others group the embedded rulings by average rating, and those with low ratings by forecast,
whatever model is given.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from bench.against import run, show
from data.embedded import embedded_rulings, with_forecasts
from data.schema import RATINGS, Motion
from serve.predictor import Predictor
from train.modes import masked

STEP = 10
FORECASTS = ((1, 0.05), (1, 0.10), (1, 0.20), (5, 0.80), (5, 0.90), (5, 0.95))
"""Ratings, and the forecasts tried with them."""
AVERAGES = (0.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)
LOW_FORECASTS = (0.0, 0.05, 0.1, 0.2, 1.0)
"""Between which values the groups of the other tables are."""


def main(arguments: list[str]) -> None:
    """Print both tables."""
    predictor = Predictor.load(*arguments[:1])
    console = Console(width=100)
    for table in (_predicted(predictor), *_observed()):
        show(table, console=console)


def _predicted(predictor: Predictor) -> Table:
    motions = [ruling.as_motion() for ruling in embedded_rulings()[::STEP]]
    title = f"All four ratings alike, in {len(motions)} motions: probability of grant"
    table = Table("ratings", "forecast", "lowest", "median", "95%", "highest", title=title)
    rated = [masked(motion, "rated") for motion in motions]
    for rating in range(1, 6):
        table.add_row(str(rating), "none", *_quantiles(predictor, rated, rating, None))
    table.add_section()
    for rating, forecast in FORECASTS:
        table.add_row(
            str(rating), f"{forecast:.0%}", *_quantiles(predictor, motions, rating, forecast)
        )
    return table


def _quantiles(
    predictor: Predictor, motions: list[Motion], rating: int, forecast: float | None
) -> list[str]:
    changes = dict.fromkeys(RATINGS, float(rating)) | {"forecast": forecast}
    p = predictor.score([motion.model_copy(update=changes) for motion in motions])["p_grant"]
    return [f"{value:.1%}" for value in np.quantile(p, [0.0, 0.5, 0.95, 1.0])]


def _observed() -> tuple[Table, Table]:
    """Group the rulings with all four ratings by their average, and the lowest by forecast."""
    rulings = with_forecasts(embedded_rulings())
    columns = {
        name: [getattr(ruling, name) for ruling in rulings] for name in (*RATINGS, "forecast")
    }
    frame = pd.DataFrame(columns, dtype=float)
    frame["granted"] = [ruling.outcome != "denied" for ruling in rulings]
    frame = frame.dropna(subset=list(RATINGS))
    ratings = frame[list(RATINGS)]
    by_average = _shares(frame, ratings.mean(axis=1), AVERAGES, "average rating")
    low = frame[(ratings <= 2).all(axis=1) & frame["forecast"].notna()]
    return by_average, _shares(low, low["forecast"], LOW_FORECASTS, "forecast, no rating over 2")


def _shares(
    frame: pd.DataFrame, by: "pd.Series[float]", edges: Sequence[float], name: str
) -> Table:
    table = Table(name, "rulings", "granted", "share", title="Embedded rulings")
    for low, high in pairwise(edges):
        granted = frame.loc[(by > low) & (by <= high), "granted"]
        row = f"over {low:g}, to {high:g}", str(len(granted)), str(granted.sum())
        table.add_row(*row, f"{granted.mean():.1%}")
    return table


if __name__ == "__main__":
    run(main)
