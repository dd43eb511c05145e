"""What a file is that is called .xlsx and is no workbook, so that the person knows what to save anew."""

from __future__ import annotations

import json
import re

_SAVE = "no Excel, abra-o e salve como Pasta de Trabalho do Excel (.xlsx)"
_BEGINNING = 4096
_DRIVE = re.compile(r'"(?:doc_id|url|resource_key)"\s*:|docs\.google\.com|drive\.google\.com')
_SHORTCUT = re.compile(r"^\[InternetShortcut\]", re.IGNORECASE)
_HTML = re.compile(
    r"^(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE | re.DOTALL
)
_SEPARATORS = ";,\t|"


def what_it_is(content: bytes) -> str:
    """A Portuguese clause about content that is no zip archive; "" where nothing can be said of it."""
    if content.startswith(b"%PDF"):
        return "o arquivo é um PDF com o nome .xlsx"
    if content.startswith(b"{\\rtf"):
        return "o arquivo é um documento RTF com o nome .xlsx"
    text = _text(content[:_BEGINNING])
    if not text:
        return ""
    if _SHORTCUT.match(text):
        return "o arquivo é um atalho da internet com o nome .xlsx; baixe a planilha"
    if text.startswith("{") and (_DRIVE.search(text) or _is_json(text)):
        return (
            "o arquivo é um atalho do Google Drive, não a planilha; "
            "no Google Planilhas, baixe-a como Microsoft Excel (.xlsx)"
        )
    if _HTML.match(text):
        return f"o arquivo é uma página HTML com o nome .xlsx; {_SAVE}"
    if text.startswith("<?xml"):
        return f"o arquivo é um XML com o nome .xlsx; {_SAVE}"
    if _is_table(text):
        return f"o arquivo é um CSV (texto) com o nome .xlsx; {_SAVE}"
    return ""


def _text(beginning: bytes) -> str:
    """The beginning as text, "" if it is none."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return beginning.decode("utf-16", "ignore").strip()
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in beginning):
        return ""
    try:
        text = beginning.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = beginning.decode("cp1252", "replace")
    return text.strip()


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _is_table(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()][:5]
    whole = lines[:-1] or lines  # the last one may be cut
    return any(all(line.count(separator) >= 1 for line in whole) for separator in _SEPARATORS)
