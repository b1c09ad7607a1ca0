"""Ask a language model, patiently: requests are repeated, and wrong answers are told to it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from features.coder.failures import (
    MAX_TEXT,
    MAX_WAIT,
    Transient,
    cut_off,
    failure_from,
    filtered,
    strange_answer,
    too_much_text,
    unusable_answer,
)
from features.coder.messages import estimated_tokens
from features.coder.providers import open_model
from features.coder.settings import (
    LARGE_CONTEXT,
    SMALL_CONTEXT,
    CoderFailed,
    CoderSettings,
)
from features.coder.spent import Spent

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters
    from pydantic_ai.settings import ModelSettings
    from tenacity import RetryCallState

ATTEMPTS = 5
"""Times a request is sent at most where the server is busy, fails or cannot be reached."""
SLOW_ATTEMPTS = 2
"""Times a request is sent at most where no answer comes in time, or an empty one."""
CORRECTIONS = 2
"""Times a language model is told what is wrong with its answer."""
READ_AT_LEAST = 0.7
"""Share of the estimated tokens that a server has read, unless it cut what it was sent."""
_BRIEFER = (
    "Your answer was cut off before its end. Answer again and be brief: one short quote a field, "
    "reasons of at most 12 words, a summary of at most 60 words."
)
T = TypeVar("T")
OnProgress = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Asked(Generic[T]):
    """An answer, and what it took.

    Attributes
    ----------
    requests
        Requests that were answered, corrections included.
    cost
        US dollars; None where the model's prices are not known.
    """

    value: T
    tokens_in: int
    tokens_out: int
    requests: int
    cost: float | None


class LanguageModel:
    """A language model that is asked many times over pooled connections, all from one event loop.

    Parameters
    ----------
    settings
        The model and how to reach it.
    sleep
        How to wait between attempts.
    """

    def __init__(self, settings: CoderSettings, sleep: Sleep = asyncio.sleep) -> None:
        self.settings = settings
        self._sleep = sleep

    @cached_property
    def context(self) -> int:
        """Tokens the model reads at most: as set, as its client knows, or a careful guess."""
        return self._known_context or (SMALL_CONTEXT if self.settings.is_local else LARGE_CONTEXT)

    @property
    def guesses_context(self) -> bool:
        """Whether the context is neither set nor known."""
        return self._known_context is None

    @cached_property
    def _known_context(self) -> int | None:
        return self.settings.context or self._model.profile.get("context_window")

    @cached_property
    def _model(self) -> "Model":
        return open_model(self.settings)

    async def ask(
        self,
        system: str,
        user: str,
        parse: Callable[[str], T],
        on_progress: OnProgress = lambda message: None,
        spent: Spent | None = None,
    ) -> Asked[T]:
        """Ask, and parse the answer.

        Parameters
        ----------
        system, user
            What the model is told, and what it is given.
        parse
            Reads an answer; raises ValueError with what the model has to mend.
        on_progress
            Called with each reason to wait or to ask again.
        spent
            Where to count, so that a failed exchange can be accounted for too.

        Raises
        ------
        CoderFailed
            If there is no usable answer after all attempts.
        """
        model = self._model
        from pydantic_ai import Agent, ModelRetry, TextOutput
        from pydantic_ai.exceptions import AgentRunError
        from pydantic_ai.settings import ModelSettings

        counted = Spent()
        failures: list[CoderFailed] = []

        def read(answer: str) -> T:
            try:
                return parse(answer)
            except ValueError as error:
                failures.append(cut_off() if counted.is_cut_off else unusable_answer(answer, error))
                if len(failures) <= CORRECTIONS:
                    on_progress(f"asking again: {failures[-1]}")
                raise ModelRetry(_BRIEFER if counted.is_cut_off else str(error)) from None

        n_tokens = estimated_tokens(system + user)
        agent: Agent[None, T] = Agent(
            _patient(model, _Patience(self.settings, self._sleep, n_tokens, counted, on_progress)),
            output_type=TextOutput(read),
            instructions=system,
            retries={"output": CORRECTIONS},
            model_settings=ModelSettings(max_retries=0, timeout=self.settings.timeout),
        )
        try:
            value = (await agent.run(user)).output
        except CoderFailed as error:
            failure = error
        except AgentRunError as error:
            failure = failures[-1] if failures else failure_from(error, self.settings)
        except Exception as error:  # what the client did not foresee
            failure = strange_answer(error, self.settings)
        else:
            n_in, n_out = counted.tokens_in, counted.tokens_out
            return Asked(value, n_in, n_out, counted.requests, counted.cost)
        finally:
            if spent is not None:
                spent.take(counted)
        # A new error, raised out here: what the client raised could hold the answer or the request,
        # and would stay within reach as the context of an error raised above.
        raise CoderFailed(failure.kind, str(failure))


@dataclass(frozen=True)
class _Patience:
    """Sends one request until it is answered.

    Attributes
    ----------
    n_tokens
        Estimate of what the model is sent at least.
    """

    settings: CoderSettings
    sleep: Sleep
    n_tokens: int
    spent: Spent
    on_progress: OnProgress

    async def __call__(self, send: "Callable[[], Awaitable[ModelResponse]]") -> "ModelResponse":
        from tenacity import AsyncRetrying, retry_if_exception_type

        attempts = AsyncRetrying(
            sleep=self.sleep,
            stop=self._gives_up,
            wait=self._wait,
            retry=retry_if_exception_type(Transient),
            before_sleep=lambda state: self.on_progress(
                f"trying again in {state.upcoming_sleep:.0f} s: {_failure(state)}"
            ),
            reraise=True,
        )
        response: ModelResponse = await attempts(self._once, send)
        return response

    def _wait(self, state: "RetryCallState") -> float:
        retry_after = _failure(state).retry_after
        if retry_after is not None:
            return retry_after
        exponential = self.settings.first_wait * 2.0 ** (state.attempt_number - 1)
        return min(exponential * random.uniform(1, 1.25), MAX_WAIT)

    def _gives_up(self, state: "RetryCallState") -> bool:
        is_slow = _failure(state).kind in ("timeout", "empty")
        return state.attempt_number >= (SLOW_ATTEMPTS if is_slow else ATTEMPTS)

    async def _once(self, send: "Callable[[], Awaitable[ModelResponse]]") -> "ModelResponse":
        seconds = self.settings.timeout
        failure: CoderFailed | None = None
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                response = await send()
        except Exception as error:  # whatever the client did not foresee may pass, too
            failure = (
                Transient("timeout", f"no answer within {seconds:g} s")
                if limit.expired()
                else failure_from(error, self.settings)
            )
        if failure is not None:  # raised out here, it does not hold the client's error
            raise failure
        self.spent.add(response)
        self._check_that_all_was_read(response.usage.input_tokens)
        if response.finish_reason == "content_filter":
            raise filtered()
        self.spent.is_cut_off = response.finish_reason == "length"
        text = response.text or ""
        if len(text) > MAX_TEXT:
            raise too_much_text(len(text))
        if not text.strip():
            raise cut_off() if self.spent.is_cut_off else Transient("empty", "the answer was empty")
        return response

    def _check_that_all_was_read(self, n_read: int) -> None:
        """Refuse an answer to half a paper: Ollama cuts what exceeds its context, and says nothing.

        Raises
        ------
        CoderFailed
            If the server counted far fewer tokens than it was sent.
        """
        if 0 < n_read < READ_AT_LEAST * self.n_tokens:
            raise CoderFailed(
                "too_long",
                f"the server read {n_read:,} of about {self.n_tokens:,} tokens and left out the "
                "rest: give it a larger context (for Ollama, OLLAMA_CONTEXT_LENGTH), or set "
                "ENJOIN_CODER_CONTEXT to the one it has",
            )


def _failure(state: "RetryCallState") -> Transient:
    assert state.outcome is not None
    error = state.outcome.exception()
    assert isinstance(error, Transient)
    return error


def _patient(model: "Model", patience: _Patience) -> "Model":
    """Return the model with each request sent patiently."""
    from pydantic_ai.models.wrapper import WrapperModel

    class PatientModel(WrapperModel):
        async def request(
            self,
            messages: "list[ModelMessage]",
            model_settings: "ModelSettings | None",
            model_request_parameters: "ModelRequestParameters",
        ) -> "ModelResponse":
            return await patience(
                lambda: self.wrapped.request(messages, model_settings, model_request_parameters)
            )

    return PatientModel(model)
