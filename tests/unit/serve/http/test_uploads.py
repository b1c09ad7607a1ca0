"""Uploads: the text of a file is returned, and what cannot be read is refused with the reason."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore
from typing import Any

import docx
import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from serve.http.errors import MEDIA_TYPE, add_error_handlers
from serve.http.uploads import CONTENT_TYPES, add_papers_route
from serve.papers.extract import Paper

TEXT = "Plaintiff moves for a preliminary injunction."
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def word_file(text: str) -> bytes:
    document, content = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(content)
    return content.getvalue()


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    add_error_handlers(app)
    add_papers_route(app.router)
    return TestClient(app)


def test_the_slow_files_of_one_client_hold_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    started, released = Semaphore(0), Event()

    def slow(content: bytes, name: str, charset: str | None) -> Paper:
        if name == "slow":
            started.release()
            assert released.wait(60)
        return Paper(text=TEXT, pages=None, notes=[])

    monkeypatch.setattr("serve.http.uploads.read_paper", slow)
    app = FastAPI()
    add_error_handlers(app)
    add_papers_route(app.router)

    @app.middleware("http")
    async def name_client(request: Request, call_next: Any) -> Any:
        request.state.client = request.headers["x-client"]
        return await call_next(request)

    with TestClient(app) as client, ThreadPoolExecutor(4) as threads:

        def send(name: str, sender: str) -> int:
            headers = {"Content-Type": "text/plain", "X-Client": sender}
            return client.post(f"/papers?name={name}", content=b"x", headers=headers).status_code

        waiting = [threads.submit(send, "slow", "ann") for _ in range(3)]
        try:
            assert started.acquire(timeout=60)
            assert send("quick", "bob") == 200
            assert not started.acquire(timeout=0.1)  # one file of a client at a time
        finally:
            released.set()
        assert [each.result() for each in waiting] == [200] * 3


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (word_file(TEXT), WORD),
        (TEXT.encode(), "text/plain; charset=utf-8"),
        (TEXT.encode(), "application/octet-stream"),
    ],
)
def test_the_text_of_a_file(client: TestClient, content: bytes, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    response = client.post("/papers", params={"name": ""}, content=content, headers=headers)
    assert response.status_code == 200, response.text
    assert response.json() == {"text": TEXT, "pages": None, "notes": [], "caption": None}


@pytest.mark.parametrize(
    ("content", "content_type", "status", "keyword"),
    [
        (b"%PDF-1.4", "application/pdf", 400, "b.pdf"),
        (b"", "application/pdf", 400, "empty"),
        (b"\xd0\xcf\x11\xe0", "application/octet-stream", 400, ".docx"),
        (b"{}", "application/json", 415, "--data-binary"),
    ],
)
def test_a_file_that_is_refused(
    client: TestClient, content: bytes, content_type: str, status: int, keyword: str
) -> None:
    headers = {"Content-Type": content_type}
    response = client.post("/papers?name=b.pdf", content=content, headers=headers)
    assert response.status_code == response.json()["status"] == status
    assert response.headers["content-type"] == MEDIA_TYPE
    assert keyword in response.json()["detail"]


@pytest.mark.parametrize("name", ["", "brief.txt", "brief.pdf"])
@pytest.mark.parametrize("content_type", [None, "text/plain", *CONTENT_TYPES[:2]])
@pytest.mark.parametrize(
    "content",
    [f"<html><body><p>{TEXT}</p></body></html>", f'{{"motion": "{TEXT}"}}', f"{{\\rtf1 {TEXT}}}"],
)
def test_tags_and_names_are_never_read_as_words(
    client: TestClient, content: str, content_type: str | None, name: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = client.post(
        "/papers", params={"name": name}, content=content.encode(), headers=headers
    )
    if content.startswith("<"):
        assert response.json()["text"].strip() == TEXT
    else:
        assert response.status_code == 400
        assert TEXT not in response.text


@pytest.mark.parametrize("name", ["", "brief.txt", "brief.html"])
@pytest.mark.parametrize("content_type", ["text/plain; charset=utf-8", CONTENT_TYPES[1]])
def test_a_word_file_is_told_by_its_content(
    client: TestClient, content_type: str, name: str
) -> None:
    response = client.post(
        "/papers",
        params={"name": name},
        content=word_file(TEXT),
        headers={"Content-Type": content_type},
    )
    assert response.json()["text"] == TEXT


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("iso-8859-1", "latin-1"),
        ('"Windows-1250"', "cp1250"),
        ("macintosh", "mac-roman"),
        ("utf-16le", "utf-16-le"),
        ("iso-8859-1", "utf-8"),  # it says one thing and sends another
        ("us-ascii", "utf-8"),
    ],
)
def test_the_charset_of_a_plain_text(client: TestClient, charset: str, encoding: str) -> None:
    text = "The café moves for an injunction."
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    response = client.post("/papers", content=text.encode(encoding), headers=headers)
    assert response.json()["text"] == text
    assert response.json()["notes"] == []


@pytest.mark.parametrize("charset", ["punycode", "zip", "unicode_escape", "utf-7", "no-such", "\0"])
def test_a_charset_that_is_no_encoding_of_text(client: TestClient, charset: str) -> None:
    headers = {"Content-Type": f"text/plain; charset={charset}".encode()}
    response = client.post("/papers", content=b"x", headers=headers)
    assert response.status_code == 415
    assert "UTF-8" in response.json()["detail"]


def test_no_body(client: TestClient) -> None:
    response = client.post("/papers")
    assert response.status_code == 400
    assert "--data-binary" in response.json()["detail"]


def test_the_body_is_described(client: TestClient) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/papers"]["post"]
    content = operation["requestBody"]["content"]
    assert operation["requestBody"]["required"]
    assert set(content) == set(CONTENT_TYPES)
    assert all(each["schema"]["format"] == "binary" for each in content.values())
    assert {"408", "415"} <= set(operation["responses"])


def test_a_content_type_too_long_is_refused_before_it_is_parsed(client: TestClient) -> None:
    """Python's parser takes time with the square of the length: a minute for 400,000 signs."""
    headers = {"Content-Type": 'text/plain;a="' + ";" * 1_000_000}
    response = client.post("/papers", content=b"x", headers=headers)
    assert response.status_code == 415
    assert "1,000,014 characters" in response.json()["detail"]
