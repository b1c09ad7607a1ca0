"""How the endpoint answers where reading a motion failed, took too long, or has to wait."""

from fastapi import FastAPI, Request, Response

from serve.http.errors import problem_response
from serve.http.model_process import ProcessLost, TooSlow
from serve.http.turns import TooManyWaiting
from serve.similar_rulings import NoComparables

_RETRY = {"Retry-After": "10"}


def add_job_error_handlers(app: FastAPI) -> None:
    """Have an application answer the errors of jobs with problem documents."""

    @app.exception_handler(TooSlow)
    async def too_slow(request: Request, error: TooSlow) -> Response:
        return problem_response(request, 422, f"{error}; send the brief without its exhibits")

    @app.exception_handler(ProcessLost)
    async def process_lost(request: Request, error: ProcessLost) -> Response:
        return problem_response(request, 503, f"{error}; try again", headers=_RETRY)

    @app.exception_handler(TooManyWaiting)
    async def too_many_waiting(request: Request, error: TooManyWaiting) -> Response:
        detail = "too many of your requests wait for an answer; try again"
        return problem_response(request, 429, detail, headers=_RETRY)

    @app.exception_handler(NoComparables)
    async def no_comparables(request: Request, error: NoComparables) -> Response:
        return problem_response(request, 404, str(error))
