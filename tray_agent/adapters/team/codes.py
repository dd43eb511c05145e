"""The code of an invitation: where the brain is, which certificate it shows, and a secret for one PC.

``10.1.2.3:4222/XY6U-36BD-…``: 80 bits that pin the server's certificate, then 80 bits that are the secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from typing import NamedTuple

_BYTES = 10
_GROUP = 4
_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})  # signs that base32 has not, as people read them


class Code(NamedTuple):
    """What a code says."""

    host: str
    port: int
    pin: bytes
    secret: bytes

    @property
    def address(self) -> str:
        """HOST:PORT, as it was written."""
        return f"{self.host}:{self.port}"

    def text(self) -> str:
        """As it is shown and pasted."""
        sign = base64.b32encode(self.pin + self.secret).decode("ascii")
        return f"{self.address}/" + "-".join(sign[at : at + _GROUP] for at in range(0, len(sign), _GROUP))


def new_secret() -> bytes:
    """A secret that nobody can guess."""
    return secrets.token_bytes(_BYTES)


def pin_of(certificate: bytes) -> bytes:
    """The pin of a certificate (DER)."""
    return hashlib.sha256(certificate).digest()[:_BYTES]


def parse(text: str) -> Code | None:
    """What a pasted code says; None for what is none. Blanks, case and missing hyphens do not matter."""
    address, slash, signs = "".join(text.split()).rpartition("/")
    host, colon, port = address.rpartition(":")
    host = host.strip("[]")
    if not (slash and colon and host and port.isdecimal() and 0 < int(port) < 65536):
        return None
    try:
        both = base64.b32decode(signs.replace("-", "").upper().translate(_ALIKE))
    except (binascii.Error, ValueError):
        return None
    return Code(host, int(port), both[:_BYTES], both[_BYTES:]) if len(both) == 2 * _BYTES else None
