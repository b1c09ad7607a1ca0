"""Hide passwords in addresses before they are shown or stored."""

import re

_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s/]+@")
_SECRET = re.compile(r"([?&][\w-]*(?:pass|secret|token|sig|key|credential)[\w-]*=)[^&\s]+", re.I)


def redact_secrets(text: str) -> str:
    """Return a text with the passwords, keys and signatures in its addresses replaced by `***`.

    >>> redact_secrets("http://ann:1234@host/x failed")
    'http://ann:***@host/x failed'
    """
    return _SECRET.sub(r"\1***", _PASSWORD.sub(r"\1***@", text))
