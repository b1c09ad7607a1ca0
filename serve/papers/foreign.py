"""Text that is no brief as it stands: pages with markup, data, and files encoded as text.

Their tags, names and codes would otherwise be read as words of the brief. What a text is follows
from the text itself, as names and content types are often wrong.
"""

import json
import re

_HEAD = 4_000
"""Characters at the start of a text that show what it is."""
_SAMPLE = 200_000
"""Characters in which tags are counted."""
_TAGS_PER_WORD = 0.05
"""Share of tags from which a text is a piece of a web page; a brief may quote a few."""
_MIN_TAGS = 6
_HTML_TAG = re.compile(
    r"</?(?:p|div|span|br|hr|b|i|u|em|strong|a|table|tr|td|th|ul|ol|li|h[1-6]|font|center|"
    r"blockquote|sup|sub|img|section|article|header|footer|body|head|html|style|script)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_STARTS_AS_HTML = re.compile(
    r"(?><!--.*?-->\s*)*+(?:<!doctype\s+html|<(?:html|head|body|meta|title|style|script|div|p|span|"
    r"table|center|h[1-6]|article|section|main|ul|ol|font|pre|blockquote)(?:\s[^<>]*)?/?>)",
    re.IGNORECASE | re.DOTALL,
)
_STARTS_AS_XML = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*(?:\s[^<>]*)?/?>")
_JSON_HEAD = 10_000
"""Characters that show whether a text is JSON: to parse all of a hostile one takes seconds."""
_STARTS_AS_JSON = re.compile(r'[\[{]\s*(?:\{\s*)?"[^"\n]{0,100}"\s*:')
_STARTS_AS_FORM = re.compile(r"--[^\r\n]{1,100}\r?\nContent-(?:Disposition|Type):", re.IGNORECASE)
_STARTS_AS_MAIL = re.compile(r"(?:[A-Z][\w-]*: [^\n]*\n(?:[ \t][^\n]*\n)*){2,}", re.IGNORECASE)
_MIME = re.compile(r"^(?:MIME-Version|Content-Transfer-Encoding):", re.IGNORECASE | re.MULTILINE)
_ENCODED_FILE = re.compile(r"(?:data:[\w./+-]+;base64,)?(?:JVBERi0|UEsDB|0M8R4KGx|e1xydG)")
"""PDF, Word (new and old) and RTF files in base64."""
_PAGE = "save it as PDF or .docx, or paste its text"


def what_it_is(text: str) -> str | None:
    """Say what a text is, if it is no brief in plain text, and what to do; None if it may be one.

    The answer continues a sentence that begins with the file's name.
    """
    start = text.lstrip("\ufeff \t\r\n\0")
    head = start[:_HEAD]
    if head.startswith("{\\rtf"):
        return "is an RTF file; save it as .docx or .txt"
    if head.startswith("%!PS"):
        return "is a PostScript file; print it to PDF"
    if _ENCODED_FILE.match(head):
        return "is a file encoded in base64; send the file itself"
    if _STARTS_AS_FORM.match(head):
        return "is a form that holds a file; send the file itself, as `curl --data-binary` does"
    if (mail := _STARTS_AS_MAIL.match(head)) and _MIME.search(mail[0]):
        return f"is an e-mail or a saved web page; {_PAGE}"
    if _STARTS_AS_HTML.match(head) or _is_full_of_tags(start[:_SAMPLE]):
        return f"is a web page (HTML); {_PAGE}"
    if head.startswith("<?xml") or (_STARTS_AS_XML.match(head) and "</" in start.rstrip()[-99:]):
        return f"is an XML file; {_PAGE}"
    if _is_json(start):
        return (
            "is JSON, not a brief; a motion in JSON is predicted as it is, by `enjoin predict` or "
            "/v1/predict"
        )
    return None


def _is_full_of_tags(text: str) -> bool:
    n_tags = len(_HTML_TAG.findall(text))
    return n_tags >= _MIN_TAGS and n_tags >= _TAGS_PER_WORD * len(text.split())


def _is_json(text: str) -> bool:
    """Tell whether a text is JSON or begins as it, be it cut off or in lines."""
    if _STARTS_AS_JSON.match(text):
        return True
    if not text.startswith(("[", "{")):
        return False  # a brief may begin with "[PROPOSED]"
    head = text[:_JSON_HEAD]
    try:
        json.loads(head)
    except RecursionError:
        return False
    except json.JSONDecodeError as error:  # JSON that is cut off is wrong at its end alone
        cut_off = error.pos >= len(head) - 10 or error.msg.startswith("Unterminated string")
        return len(head) < len(text) and cut_off
    except ValueError:  # a number of thousands of digits
        return True
    return True
