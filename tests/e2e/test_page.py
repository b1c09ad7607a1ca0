"""The page in a real browser: fill the form, predict, try what-ifs, print a memo."""

import base64
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from data.embedded import clearview_motion
from serve import performance
from serve.http.app import build_app
from serve.http.auth import AccessControl, new_key
from serve.http.model_watcher import ModelWatcher
from serve.warm_up import warm_up
from tests.support.listening import listening

KEY, DIGEST = new_key()
CAPTIONS = Path(__file__).parents[1] / "support" / "captions"


@pytest.fixture(scope="module")
def address(trained: Any) -> Iterator[str]:
    warm_up(trained.predictor)
    app = build_app(ModelWatcher(trained.predictor, None), AccessControl({"firm": DIGEST}))
    with listening(app) as address:
        yield f"{address}/"


@pytest.fixture
def page(address: str, new_page: Any, request: Any) -> Iterator[Page]:
    page = new_page(*getattr(request, "param", (1200, "light")))
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.wait_for_selector("#key-line:not([hidden])")  # the endpoint requires a key
    page.fill("#key", KEY)
    page.press("#key", "Tab")
    page.wait_for_selector("#motion_type option[value=tro]", state="attached")
    yield page
    assert errors == []


@pytest.mark.parametrize("page", [(1200, "light"), (390, "dark")], indirect=True)
def test_predict_and_what_if(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    before = page.inner_text(".big")
    assert before.endswith("%")
    assert page.locator("#comparables li").count() == 5
    assert page.locator("mark").count() > 5
    assert page.locator("#legend span").count() > 1
    labels = page.locator("#what-if-fields fieldset label").all_inner_texts()
    assert "theory of harm at odds with the record" in labels
    page.uncheck("#what-if-fields input[value=contradicted_by_record]")
    expect(page.locator("#what-if-result")).to_have_text(re.compile("^From"))
    page.check("#what-if-fields input[value=contradicted_by_record]")
    expect(page.locator("#what-if-result")).to_have_text("No change")
    assert page.inner_text(".big") == before
    # What a highlighted passage means is shown to the keyboard as to the mouse.
    mark = page.locator("mark[data-meaning]").first
    mark.focus()
    shown = mark.evaluate("node => getComputedStyle(node, '::after').content")
    assert mark.get_attribute("data-meaning") in shown.replace('\\"', '"')
    assert mark.get_attribute("aria-description") == mark.get_attribute("data-meaning")
    # The page does not scroll sideways, and the highlighted text is that of the papers.
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator(".paper").first.inner_text() == page.input_value("#motion")


@pytest.mark.parametrize("page", [(1200, "light"), (390, "dark")], indirect=True)
def test_the_result_opens_with_a_conclusion(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    conclusion = page.locator("#conclusion p").all_inner_texts()
    assert conclusion == page.evaluate("prediction.answer.conclusion")
    # The caption, then the conclusion, then any warning, then the number.
    order = page.evaluate("[...find('result').children].slice(0, 6).map((each) => each.id)")
    assert order == ["stale", "heading", "about", "conclusion", "remarks", "gauge"]
    memo = page.text_content("#memo") or ""
    assert all(sentence in memo for sentence in conclusion)
    assert memo.index(conclusion[0]) < memo.index("probability of grant")
    # The figures of the test come last, folded up.
    assert page.is_hidden("#performance")
    page.click("#how-good summary")
    assert "0.5 is chance" in page.inner_text("#performance")
    above = "document.getElementById('remarks').innerText + find('gauge').innerText"
    assert "ROC AUC" not in page.evaluate(above)
    assert memo.index("How good is this?") > memo.index("Comparable rulings")


def test_the_scorecard_and_the_factors_say_whom_they_speak_for(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("#coded-facts summary")
    page.fill("#irreparable_harm", "1.5")
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    heads = page.locator("#scorecard thead th").all_inner_texts()
    assert heads == [
        *("Winter factor", "Source", "Rating (1-5)", "Average", "Points", "Speaks for"),
    ]
    rows = page.locator("#scorecard tbody tr")
    assert rows.count() == 4
    assert page.locator("#scorecard tbody th[scope=row]").count() == 4
    harm = rows.filter(has_text="harm").locator("td").all_inner_texts()
    assert (harm[0], harm[1], harm[4]) == ("given", "1.5", "the opponent")
    assert re.fullmatch(r"\d\.\d", harm[2])
    for row in page.locator("#factors tbody tr").all():
        _, _, side, points = row.locator("td").all_inner_texts()
        assert side == ("the movant" if points.startswith("+") else "the opponent")


def test_a_base_rate_adjusts_the_prediction_and_what_if(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    assert "about 37% in federal court" in page.inner_text("#base-rates")
    before = page.evaluate("prediction.answer.p_grant")
    assert not any("base_rate" in url for url in asked)
    expect(page.locator("#courthouse-rate")).to_have_text("Use 37% (in federal court)")
    page.click("#courthouse-rate")
    assert page.input_value("#base_rate") == "37"
    page.click("button.main")
    expect(page.locator("#base-rates")).to_contain_text("Adjusted from")
    page.wait_for_selector("#what-if-fields fieldset")
    assert page.evaluate("prediction.answer.p_grant") < before
    assert page.evaluate("'base_rate' in prediction.motion") is False
    assert "Adjusted from" in (page.text_content("#memo") or "")
    page.uncheck("#what-if-fields input[value=contradicted_by_record]")
    expect(page.locator("#what-if-result")).to_have_text(re.compile("^From"))
    paths = [url.split("/v1/")[-1] for url in asked if "base_rate" in url]
    assert paths == ["predict?base_rate=0.37", *["what-if?base_rate=0.37"] * 2]
    page.fill("#base_rate", "100")
    page.click("button.main")
    assert page.evaluate("document.activeElement.id") == "base_rate"
    page.click("button[type=reset]")
    assert page.input_value("#base_rate") == ""


def test_training_rulings_stand_beside_each_lever(page: Page) -> None:
    lever = {"party": "opponent", "label": "redesigns it", "p_grant": 0.4, "points": -8.0}
    known = {"too_few": False, "text": "41 training rulings had this, 15 of them granted (37%)"}
    rare = {"too_few": True, "text": "too few rulings to say: 3 had this, 1 granted"}
    changes = [lever | {"track_record": record} for record in (known, rare, None)]
    page.evaluate("(changes) => showWhatIf({changes, current: {}, note: ''})", changes)
    assert page.locator("#levers li").all_text_contents() == [
        f"The opponent redesigns it: 40% (−8.0 points); {known['text']}",
        f"The opponent redesigns it: {rare['text']}",  # no figure where there is no telling
        "The opponent redesigns it: 40% (−8.0 points)",
    ]


def test_an_invalid_field_is_named(page: Page) -> None:
    page.select_option("#motion_type", "tro")
    page.fill("#motion", "Stop the sale of the house.")
    page.fill("#decided", "2020-13")
    page.click("button.main")
    page.wait_for_selector("#status.error")
    assert "decided" in page.inner_text("#status")
    assert page.is_hidden("#result")


def test_an_invalid_field_that_is_collapsed_is_shown(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("#coded-facts summary")
    assert "5 clearly likely" in page.inner_text("label[for=likelihood_of_success]")
    page.fill("#likelihood_of_success", "7")
    page.click("#coded-facts summary")
    assert page.is_hidden("#likelihood_of_success")
    page.click("button.main")
    assert page.is_visible("#likelihood_of_success")
    assert page.evaluate("document.activeElement.id") == "likelihood_of_success"


OTHER = "The firm asks for an order that stops a rival's sales of shoes under its registered mark."


def delay_next_response(page: Page, path: str) -> None:
    """Hold back the next response of a path until `window.go()`; later ones are not delayed."""
    page.evaluate(
        """(delayed) => {
            const before = request, released = new Promise((go) => { window.go = go; });
            let first = true;
            request = async (path, body) => {
                const answer = before(path, body);
                if (path !== delayed || !first) return answer;
                first = false;
                const held = await answer.then((a) => () => a, (e) => () => { throw e; });
                await released;
                window.arrived = true;
                return held();
            };
        }""",
        path,
    )


@pytest.mark.parametrize("path", ["v1/predict", "v1/comparables", "v1/what-if"])
def test_a_late_response_is_not_shown_with_another_motion(page: Page, path: str) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    delay_next_response(page, path)
    page.click("button.main")
    if path != "v1/predict":
        page.wait_for_selector("#result:not([hidden])")
    page.fill("#motion", OTHER)
    page.fill("#opposition", "")
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    expect(page.locator("#comparables li")).to_have_count(5)
    shown = "document.body.innerText + document.getElementById('memo').textContent"
    before = page.evaluate(shown)
    page.evaluate("window.go()")
    page.wait_for_function("() => window.arrived")
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert page.evaluate(shown) == before
    assert page.locator(".paper").all_inner_texts() == [OTHER]
    assert page.evaluate("prediction.motion.motion") == OTHER
    assert "Clearview" not in (page.text_content("#memo") or "")


def test_a_form_cleared_during_a_request_stays_cleared(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    delay_next_response(page, "v1/predict")
    page.click("button.main")
    page.click("button[type=reset]")
    page.evaluate("window.go()")
    page.wait_for_function("() => window.arrived")
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert page.is_hidden("#result")
    assert "No prediction has been made" in (page.text_content("#memo") or "")


def test_a_failed_request_leaves_nothing_of_the_last_motion(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    page.evaluate(
        """() => {
            const before = request;
            request = (path, body) => path === "v1/comparables"
                ? Promise.reject(new Error("too many requests")) : before(path, body);
        }"""
    )
    page.fill("#motion", OTHER)
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    expect(page.locator("#status")).to_have_text("too many requests")
    assert page.locator("#comparables li").count() == 0
    assert page.inner_text("#rate") == ""
    page.fill("#decided", "2020-13")  # not a month, which only the endpoint checks
    page.click("button.main")
    page.wait_for_selector("#status.error:has-text('decided')")
    assert page.is_hidden("#result")


def test_another_text_does_not_carry_the_examples_case_name(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.fill("#motion", OTHER)
    expect(page.locator("#status")).to_contain_text("still set")
    assert page.is_visible("#harm_timing")  # the coded facts are visible
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    assert page.inner_text("#heading") == "This motion"
    kept = "['id', 'caption', 'docket_number', 'judge'].filter((name) => prediction.motion[name])"
    assert page.evaluate(kept) == []
    assert "Clearview" not in (page.text_content("#memo") or "")


def test_an_unproven_model_has_a_warning(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    monkeypatch.setattr(performance.Performance, "warning", performance.UNPROVEN)
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    assert performance.UNPROVEN in page.inner_text("#remarks")
    assert performance.UNPROVEN in (page.text_content("#memo") or "")


def test_the_keyboard_and_the_printer(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.focus("button.main")
    page.keyboard.press("Enter")
    page.wait_for_selector("#what-if-fields fieldset")
    assert page.evaluate("document.activeElement.id") == "result"
    page.emulate_media(media="print")
    assert page.is_hidden("#motion-form")
    assert page.is_hidden("#result")
    assert page.is_visible("#memo")
    named = (
        "[...document.querySelectorAll('input, select, textarea')].filter((e) => !e.labels.length)"
    )
    assert page.evaluate(f"{named}.map((e) => e.outerHTML)") == []


def word_file(words: str) -> bytes:
    document, written = docx.Document(), io.BytesIO()
    document.add_paragraph(words)
    document.save(written)
    return written.getvalue()


def drop(page: Page, box: str, name: str, content: bytes) -> None:
    """Drop a file on a box as a mouse would."""
    dropped = page.evaluate_handle(
        """([name, content]) => {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            const dropped = new DataTransfer();
            dropped.items.add(new File([bytes], name));
            return dropped;
        }""",
        [name, base64.b64encode(content).decode()],
    )
    page.dispatch_event(box, "drop", {"dataTransfer": dropped})


def test_papers_dropped_and_chosen(page: Page) -> None:
    motion = clearview_motion()
    drop(page, "#motion", "brief.docx", word_file(motion.motion))
    expect(page.locator("#motion")).to_have_value(motion.motion)
    expect(page.locator("#motion-status")).to_have_text(re.compile("Read from brief.docx: 5"))
    page.focus("#opposition")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "opposition-file"
    words = {"name": "opp.txt", "mimeType": "text/plain", "buffer": b"All data is deleted."}
    page.set_input_files("#opposition-file", words)
    expect(page.locator("#opposition")).to_have_value("All data is deleted.")
    page.type("#opposition", " ")  # the text is no longer that of the file
    expect(page.locator("#opposition-status")).to_be_empty()
    page.set_input_files("#opposition-file", words)
    expect(page.locator("#opposition-status")).to_have_text(re.compile("Read from opp.txt"))
    expect(page.locator("#opposition")).to_have_value("All data is deleted.")
    page.select_option("#motion_type", "preliminary_injunction")
    # A prediction waits for a file that is still being read.
    page.evaluate(
        """() => {
            const before = readFile, released = new Promise((go) => { window.go = go; });
            readFile = async (...files) => { await released; return before(...files); };
        }"""
    )
    page.set_input_files("#opposition-file", words | {"buffer": b"All data is erased."})
    page.click("button.main")
    assert page.input_value("#opposition") == "All data is deleted."
    page.evaluate("window.go()")
    page.wait_for_selector("#what-if-fields fieldset")
    assert page.inner_text(".paper >> nth=1") == "All data is erased."
    assert page.inner_text(".paper >> nth=0") == motion.motion
    memo = page.text_content("#memo") or ""
    assert "motion from brief.docx" in memo
    assert "opposition from opp.txt" in memo


def test_the_caption_fills_empty_fields_and_says_so(page: Page) -> None:
    page.fill("#decided", "2022")
    drop(page, "#motion", "brief.txt", (CAPTIONS / "federal_two_columns.txt").read_bytes())
    expect(page.locator("#court")).to_have_value("ilnd")
    expect(page.locator("#motion_type")).to_have_value("tro")
    expect(page.locator("#decided")).to_have_value("2022")  # what was given stays
    expect(page.locator("#court-read")).to_contain_text("check it")
    expect(page.locator("#decided-read")).to_have_count(0)
    expect(page.locator("#caption")).to_have_value(re.compile("^Acme Pumps, Inc. v. Ruth Hale"))
    expect(page.locator("#caption-read")).to_contain_text("check it")
    expect(page.locator("#docket_number")).to_have_value("1:21-cv-00135")
    page.fill("#court", "cand")  # a correction is no longer read from the caption
    expect(page.locator("#court-read")).to_have_count(0)
    drop(page, "#motion", "other.txt", (CAPTIONS / "stay_of_agency_action.txt").read_bytes())
    expect(page.locator("#motion_type")).to_have_value("stay")
    expect(page.locator("#court")).to_have_value("cand")
    expect(page.locator("#docket_number")).to_have_value("20-1234")
    page.click("button[type=reset]")
    expect(page.locator("#motion_type-read")).to_have_count(0)


def test_a_paper_that_cannot_be_read(page: Page) -> None:
    page.fill("#motion", "Stop the sale.")
    drop(page, "#motion", "old.doc", b"\xd0\xcf\x11\xe0")
    alert = page.get_by_role("alert").filter(has_text="old.doc")
    expect(alert).to_contain_text("save it as .docx")
    assert page.input_value("#motion") == "Stop the sale."
    page.evaluate("startUpload('opposition', [new File([new Uint8Array(20000001)], 'all.pdf')])")
    expect(page.locator("#opposition-error")).to_contain_text("20 MB")
    page.select_option("#motion_type", "tro")
    page.evaluate(
        """() => {
            startUpload('motion', [new File(['x'], 'a.pdf')]);
            find('motion-form').requestSubmit();
        }"""
    )
    expect(page.locator("#status")).to_contain_text("No prediction was made")
    assert page.is_hidden("#result")
    page.click("button[type=reset]")
    expect(page.locator("#motion-error")).to_be_empty()
    expect(page.locator("#opposition-error")).to_be_empty()


@pytest.mark.parametrize("page", [(390, "dark")], indirect=True)
def test_the_memo_is_one_page(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    estimate = page.inner_text(".big >> nth=0")
    # The memo is about the motion as filed, whatever the what-if.
    page.uncheck("#what-if-fields input[value=contradicted_by_record]")
    expect(page.locator("#what-if-result")).to_have_text(re.compile("^From"))
    version = page.evaluate("prediction.answer.model_version")
    factor = page.evaluate("prediction.answer.factors[0].label")
    largest = "(a, b) => Math.abs(b.points) - Math.abs(a.points)"
    family, moves = page.evaluate(
        f"[...prediction.answer.families].sort({largest})"
        ".map(({family, points}) => [family, Math.abs(points)])[0]"
    )
    if moves < 1:
        family = "No family moves it by a point or more."
    for paper in ("A4", "Letter"):
        pages = PdfReader(io.BytesIO(page.pdf(format=paper))).pages
        assert len(pages) == 1
        memo = " ".join(pages[0].extract_text().split())
        for words in (
            *("In re Clearview AI", "1:21-cv-00135", "N.D. Ill.", "preliminary injunction"),
            *(f"{estimate} probability of grant", "90% interval", family, factor),
            *("training rulings most like this motion", "in full", "How good is this?"),
            *(f"Model {version}", str(date.today().year), "not legal advice"),
        ):
            assert words in memo
    # Long names and many remarks drop factors and comparables, but stay on one page.
    page.evaluate(
        """(long) => {
            const {answer, motion} = prediction;
            const factors = answer.factors.map((factor) => ({...factor, label: long}));
            const ruling = {caption: long, shared: [long, long], decided: "2020", outcome: ""};
            writeMemo({...answer, factors, notes: [long, long]}, {...motion, caption: long},
                {...answer, court: long, rulings: Array(5).fill(ruling)});
        }""",
        "words that go on and on " * 10,
    )
    pages = PdfReader(io.BytesIO(page.pdf(format="Letter"))).pages
    assert len(pages) == 1
    assert "not legal advice" in " ".join(pages[0].extract_text().split())
    page.click("button[type=reset]")
    assert "words that go on" not in (page.text_content("#memo") or "")


def _predict_example(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")


@pytest.mark.parametrize(
    ("field", "value"),
    [("#opposition", "All of it is denied."), ("#court", "nysd"), ("#base_rate", "40")],
)
def test_a_result_says_when_the_form_has_changed_since(page: Page, field: str, value: str) -> None:
    _predict_example(page)
    before = page.input_value(field)
    assert page.is_hidden("#stale")
    page.fill(field, value)
    expect(page.locator("#stale")).to_contain_text("changed after this prediction")
    box = page.locator("#what-if-fields input[value=contradicted_by_record]")
    expect(box).to_be_disabled()  # it would be of the motion as it was
    page.emulate_media(media="print")
    expect(page.locator("#memo .if-stale")).to_be_visible()
    page.emulate_media(media="screen")
    page.fill(field, before)  # taken back
    expect(page.locator("#stale")).to_be_hidden()
    expect(box).to_be_enabled()
    page.fill(field, value)
    with page.expect_request(lambda request: "v1/predict" in request.url):
        page.click("#stale button")
    expect(page.locator("#stale")).to_be_hidden()
    page.wait_for_selector("#what-if-fields fieldset")
    expect(page.locator("#what-if-fields select").first).to_be_enabled()
    with page.expect_request(lambda request: "v1/what-if" in request.url) as asked:
        page.select_option("#what-if-harm_evidence", "declaration")
    name = field.removeprefix("#")
    if name == "base_rate":
        assert "base_rate=0.4" in asked.value.url
    else:
        assert asked.value.post_data_json["motion"][name] == value
    expect(page.locator("#memo .if-stale")).to_be_hidden()


def test_a_what_if_on_its_way_is_dropped_when_the_form_changes(page: Page) -> None:
    _predict_example(page)
    delay_next_response(page, "v1/what-if?base_rate=0.4")
    delay_next_response(page, "v1/what-if")
    page.uncheck("#what-if-fields input[value=contradicted_by_record]")
    page.fill("#motion", OTHER)
    page.evaluate("window.go()")
    page.wait_for_function("() => window.arrived")
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert page.inner_text("#what-if-result") == ""
    assert page.inner_text(".big >> nth=0") == page.evaluate("percent(prediction.answer.p_grant)")


def test_the_case_is_named_by_hand(page: Page) -> None:
    page.fill("#motion", OTHER)
    page.select_option("#motion_type", "tro")
    page.fill("#caption", "Shoe Co. v. Rival Corp.")
    page.fill("#docket_number", "3:24-cv-17")
    page.fill("#court", "mnd")
    page.fill("#motion", OTHER + " It is registered.")  # what was typed stays with another text
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    assert page.inner_text("#heading") == "Shoe Co. v. Rival Corp."
    assert page.inner_text("#about") == "Temporary restraining order, D. Minn., No. 3:24-cv-17"
    memo = page.text_content("#memo") or ""
    assert "Shoe Co. v. Rival Corp.; No. 3:24-cv-17" in memo
    page.fill("#caption", "")
    page.click("button.main")
    expect(page.locator("#heading")).to_have_text("This motion")
    assert "case not named in the form" in (page.text_content("#memo") or "")


@pytest.mark.parametrize("page", [(1280, "light"), (390, "light")], indirect=True)
def test_a_long_paper_is_folded_and_its_passages_are_not(page: Page) -> None:
    filler = "The parties met, and each went home. " * 120
    passages = ("It owns the goodwill \U0001f600 of the mark.", "The rival sells it.")
    motion = f"{filler}\n\n{passages[0]}\n\n{filler}\n\n{passages[1]}\n\n{filler}"

    def add_evidence(route: Any) -> None:
        response = route.fetch()
        phrase = {"factor": "harm.reputation_goodwill", "paper": "motion", "meaning": "goodwill"}
        phrase |= dict.fromkeys(("negated", "uncertain", "quoted"), False) | {"speaker": "movant"}
        evidence = [
            phrase | {"start": motion.index(words), "end": motion.index(words) + len(words)}
            for words in passages
        ]
        route.fulfill(response=response, json=response.json() | {"evidence": evidence})

    page.route("**/v1/predict", add_evidence)
    page.select_option("#motion_type", "tro")
    page.fill("#motion", motion)
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    paper = page.locator(".paper").first
    assert paper.locator("mark:visible").all_inner_texts() == list(passages)
    assert paper.locator(".fold").count() == 3
    assert re.fullmatch(
        r"[\d,]+ words without a passage", paper.locator("summary").first.inner_text()
    )
    folded = page.evaluate("document.querySelector('.paper').clientHeight")
    page.click("#papers button")
    assert page.evaluate("document.querySelector('.paper').clientHeight") > 2 * folded
    text = "[...document.querySelectorAll('.paper summary')].forEach((each) => each.remove())"
    page.evaluate(text)
    assert paper.text_content() == motion  # not a word is lost
    page.click("#papers button")
    assert not any(page.evaluate("[...document.querySelectorAll('.fold')].map((f) => f.open)"))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            "lost",
            (
                "No answer from 127.0.0.1",
                "may have been stopped",
                "enjoin serve",
                "nothing entered",
            ),
        ),
        ("large", ("may have been stopped", "1.2 MB", "leave out the exhibits")),
        ("proxy", ("HTTP 502", "something else than the server")),
        ("too large for the proxy", ("HTTP 413", "leave out the exhibits")),
    ],
)
def test_a_request_without_an_answer_says_what_to_do(
    page: Page, how: str, words: tuple[str, ...]
) -> None:
    page.select_option("#motion_type", "tro")
    page.fill("#motion", OTHER if how != "large" else "Stop it. " * 133_000)
    html = {"content_type": "text/html", "body": "<h1>Bad gateway</h1>"}
    page.route(
        "**/v1/predict",
        lambda route: {
            "proxy": lambda: route.fulfill(status=502, **html),
            "too large for the proxy": lambda: route.fulfill(status=413, **html),
        }.get(how, route.abort)(),
    )
    page.click("button.main")
    expect(page.locator("#status")).to_have_class("error")
    shown = page.inner_text("#status")
    assert "Failed to fetch" not in shown
    assert "JSON" not in shown
    for word in words:
        assert word in shown
    page.unroute("**/v1/predict")
    if how == "lost":
        page.click("button.main")
        page.wait_for_selector("#what-if-fields fieldset")
        assert page.inner_text("#status") == ""


@pytest.mark.parametrize("page", [(1280, "light"), (390, "dark")], indirect=True)
def test_the_fields_have_names_on_one_line_and_inputs_in_rows(page: Page) -> None:
    page.click("#coded-facts summary")
    names = page.locator("#fields .field > label > span, #fields .choices legend > span")
    shown = names.all_inner_texts()
    assert {"Form of relief", "Movant without counsel", "Compensable in money"} <= set(shown)
    assert all(name[0].isupper() and "_" not in name for name in shown)
    # Inputs of a row begin at one height, whatever is said of each.
    tops = page.evaluate(
        """() => {
            const rows = new Map();
            for (const field of document.querySelectorAll("#fields .field")) {
                const top = (node) => Math.round(node.getBoundingClientRect().top);
                const row = top(field), input = top(field.querySelector("input, select, textarea"));
                rows.set(row, [...(rows.get(row) || []), input]);
            }
            return [...rows.values()].map((inputs) => new Set(inputs).size);
        }"""
    )
    assert set(tops) == {1}


@pytest.mark.parametrize("page", [(390, "light")], indirect=True)
def test_the_scorecard_fits_a_phone(page: Page) -> None:
    page.click("#example")
    expect(page.locator("#motion")).to_have_value(re.compile("face-search"))
    page.click("#coded-facts summary")
    page.fill("#irreparable_harm", "1.5")
    page.click("button.main")
    page.wait_for_selector("#what-if-fields fieldset")
    fits = "(id) => { const e = find(id); return e.scrollWidth <= e.clientWidth; }"
    assert page.evaluate(fits, "scorecard")
    assert page.evaluate(fits, "factors")
    row = page.locator("#scorecard tbody tr", has_text="harm").inner_text()
    assert re.search(r"given\s+1\.5\s+average \d\.\d", row)  # instead of two columns
    assert page.locator("#scorecard th:visible", has_text="Average").count() == 0
