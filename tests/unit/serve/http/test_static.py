"""The page's files: served as they are, whatever the query."""

from importlib.resources import files

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from serve.http.static import PAGE_FILES, add_page


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    add_page(app)
    return TestClient(app)


@pytest.mark.parametrize("path", PAGE_FILES)
def test_a_file_is_served_with_its_type_and_policy(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.content == (files("serve") / "http" / "page" / PAGE_FILES[path]).read_bytes()
    expected = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
    kind = expected[PAGE_FILES[path].rpartition(".")[2]]
    assert response.headers["content-type"].startswith(kind)
    assert "default-src 'self'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["content", "kind", "media_type"])
def test_a_query_cannot_replace_the_content(client: TestClient, name: str) -> None:
    for path in PAGE_FILES:
        assert client.get(path, params={name: "alert(1)"}).content == client.get(path).content


@pytest.mark.parametrize("path", PAGE_FILES)
def test_a_file_that_the_browser_has_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "no-cache"  # kept, and asked for again each time
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"old", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert client.get(path, headers={"If-None-Match": '"old"'}).content == first.content


def test_every_file_of_the_page_is_served() -> None:
    folder = files("serve") / "http" / "page"
    assert set(PAGE_FILES.values()) == {file.name for file in folder.iterdir()}
