"""Hide the passwords that addresses hold, before anything of them is shown or kept."""

import re

_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s/]+@")
_SECRET = re.compile(r"([?&][\w-]*(?:pass|secret|token|sig|key|credential)[\w-]*=)[^&\s]+", re.I)


def without_secrets(text: str) -> str:
    """Return words with the passwords, keys and signatures of the addresses in them hidden.

    >>> without_secrets("http://ann:1234@host/x failed")
    'http://ann:***@host/x failed'
    """
    return _SECRET.sub(r"\1***", _PASSWORD.sub(r"\1***@", text))
