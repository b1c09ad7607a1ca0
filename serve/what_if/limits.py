"""What a what-if does not say, in words that stand beneath each."""

_ALWAYS = (
    "Each change alters the indicators only and moves the model's estimate; it does not predict "
    "what a court would do. Ratings, forecast and the text of the papers stay as given."
)
_RECORDS = (
    "Of all training rulings {base_rate:.0%} were granted; the shares of those with one thing in "
    "common do not allow for what else they had in common."
)
_FORECAST = (
    "This estimate rests on a reader's forecast, which stays as given too, so changed codings move "
    "it little."
)
_NO_CODER = "A language model could read the papers again with the fact: `enjoin what-if --fact`."
_CODER = (
    "A language model is set up to read papers: with `enjoin what-if --fact` the fact itself is "
    "read, and not an indicator flipped."
)


def describe_limits(
    base_rate: float | None = None, has_forecast: bool = False, has_coder: bool = False
) -> str:
    """Return the note on a what-if.

    Parameters
    ----------
    base_rate
        Share granted of all training rulings; None where no change has a track record.
    has_forecast
        Whether the motion has a forecast.
    has_coder
        Whether a language model is set up that could read the fact instead.
    """
    sentences = [_ALWAYS]
    if base_rate is not None:
        sentences.append(_RECORDS.format(base_rate=base_rate))
    if has_forecast:
        sentences.append(_FORECAST)
    if has_coder:
        sentences.append(_CODER)
    elif has_forecast:
        sentences.append(_NO_CODER)
    return " ".join(sentences)
