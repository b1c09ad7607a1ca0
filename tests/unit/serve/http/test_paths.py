"""Paths: with and without the prefix of a proxy, and with a slash at the end."""

import re

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from serve.http.auth import AccessControl, new_key
from serve.http.body_limits import UPLOAD_BYTES
from serve.http.guards import add_guards
from serve.http.paths import add_root_path, check_root_path
from serve.http.static import PAGE_FILES, add_page


def make_client(root_path: str, access: AccessControl | None = None) -> TestClient:
    app = FastAPI(redirect_slashes=False)
    add_guards(app, access or AccessControl({}), max_bytes=1000)
    add_root_path(app, root_path)
    add_page(app, root_path)

    @app.get("/v1/model")
    async def model(request: Request) -> str:
        return str(request.url_for("model").path)

    @app.post("/v1/papers")
    async def papers(request: Request) -> int:
        return len(await request.body())

    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("root_path", ["", "/enjoin", "/firm/enjoin"])
@pytest.mark.parametrize("slash", ["", "/", "//"])
def test_a_path_is_understood_with_and_without_the_prefix(root_path: str, slash: str) -> None:
    client = make_client(root_path)
    for prefix in {"", root_path}:
        response = client.get(f"{prefix}/v1/model{slash}")
        assert response.status_code == 200
        assert response.json() == f"{root_path}/v1/model"
        assert client.get(f"{prefix}/v1/model/x{slash}").status_code == 404
        assert client.get(prefix + slash).content == client.get("/").content
    assert client.get("/enjoinment/v1/model").status_code == 404


def test_the_page_names_its_files_by_the_prefix() -> None:
    client = make_client("/enjoin")
    named = re.findall(r'(?:src|href)="([^"#:]+)"', client.get("/enjoin").text)
    assert {f"/enjoin{path}" for path in PAGE_FILES if path != "/"} == set(named)
    for path in named:
        assert client.get(path).status_code == 200
    # Without one, they are named as they were, so that a proxy may do as it likes.
    assert 'src="main.js"' in make_client("").get("/").text


def test_a_file_may_be_larger_below_a_prefix_too() -> None:
    client = make_client("/enjoin")
    for path in UPLOAD_BYTES:
        assert client.post(f"/enjoin{path}", content=b"x" * 1001).json() == 1001


@pytest.mark.parametrize("root_path", ["", "/enjoin"])
@pytest.mark.parametrize(
    "path", ["/v1/model", "/v1/model/", "//v1/model", "/v1//model", "/v1/../v1/model"]
)
def test_a_key_is_needed_however_a_path_is_written(root_path: str, path: str) -> None:
    client = make_client(root_path, AccessControl({"ann": new_key()[1]}))
    for prefix in {"", root_path}:
        assert client.get(prefix + path).status_code in (401, 404)
        assert client.get(prefix + "/v1/model").status_code == 401


@pytest.mark.parametrize(
    ("written", "read"), [("", ""), ("/", ""), ("/enjoin/", "/enjoin"), ("/a.b/c_d", "/a.b/c_d")]
)
def test_a_root_path(written: str, read: str) -> None:
    assert check_root_path(written) == read


@pytest.mark.parametrize(
    "written", ["enjoin", "https://x/y", "/a b", '/"><script>', "/a/../b", "//x", "/a?b", "/é"]
)
def test_a_root_path_that_is_no_path(written: str) -> None:
    with pytest.raises(ValueError, match="such as /enjoin"):
        check_root_path(written)
