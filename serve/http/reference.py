"""The reference of the API: its OpenAPI description, and two pages that show it.

The pages load nothing from other sites: their scripts are those of fastapi-offline.
"""

from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html

from serve.http.errors import problem_schemas
from serve.http.static import add_files

_FILES = ("favicon.png", "redoc.standalone.js", "swagger-ui-bundle.js", "swagger-ui.css")


def add_reference(app: FastAPI, root_path: str = "") -> None:
    """Describe an application's routes at `/openapi.json`, `/docs` and `/redoc`.

    Parameters
    ----------
    root_path
        The prefix below which a proxy publishes the application, if any.
    """
    folder = files("fastapi_offline") / "static"
    add_files(app, {f"/docs/{name}": folder / name for name in _FILES})
    places = {name: f"{root_path}/docs/{name}" for name in _FILES}
    description, title = f"{root_path}/openapi.json", f"{app.title}: reference"
    icon = places["favicon.png"]
    swagger = get_swagger_ui_html(
        openapi_url=description,
        title=title,
        swagger_js_url=places["swagger-ui-bundle.js"],
        swagger_css_url=places["swagger-ui.css"],
        swagger_favicon_url=icon,
    )
    redoc = get_redoc_html(
        openapi_url=description,
        title=title,
        redoc_js_url=places["redoc.standalone.js"],
        redoc_favicon_url=icon,
        with_google_fonts=False,
    )

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return swagger

    @app.get("/redoc", include_in_schema=False)
    async def redoc_page() -> Response:
        return redoc

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return app.openapi()

    describe = app.openapi

    def with_problems() -> dict[str, Any]:
        schema = describe()
        # FastAPI describes only models that a route names as its own.
        schema["components"]["schemas"].update(problem_schemas())
        return schema

    app.openapi = with_problems  # type: ignore[method-assign]
