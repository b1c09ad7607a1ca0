"""What readings take: tokens, requests and money."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse


@dataclass
class Spent:
    """What an exchange has taken so far, whether or not it comes to an answer.

    Attributes
    ----------
    is_cut_off
        Whether the last answer was longer than the model may write.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    requests: int = 0
    cost: float | None = None
    is_cut_off: bool = False

    def add(self, response: "ModelResponse") -> None:
        """Count one answer."""
        self.requests += 1
        self.tokens_in += response.usage.input_tokens
        self.tokens_out += response.usage.output_tokens
        try:
            price = float(response.cost().total_price)
        except (LookupError, ValueError, AssertionError):  # no price is known for the model
            return
        self.cost = (self.cost or 0.0) + price

    def take(self, other: "Spent") -> None:
        """Count what another exchange has taken."""
        self.requests += other.requests
        self.tokens_in += other.tokens_in
        self.tokens_out += other.tokens_out
        if other.cost is not None:
            self.cost = (self.cost or 0.0) + other.cost
