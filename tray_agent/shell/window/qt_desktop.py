"""What WebView2 brings along and Qt's engine lacks."""

from __future__ import annotations

from typing import Any

_STEP, _LEAST, _MOST = 1.1, 0.5, 3.0


def add_zoom_keys(native: Any) -> None:
    """Zoom by Ctrl +, Ctrl - and Ctrl 0, as every browser does. On the GUI thread."""
    from PySide6.QtGui import QKeySequence, QShortcut

    view = native.webview

    def zoom(factor: float) -> None:
        wanted = view.zoomFactor() * factor if factor else 1.0
        view.setZoomFactor(min(_MOST, max(_LEAST, wanted)))

    for keys, factor in (("Ctrl++", _STEP), ("Ctrl+=", _STEP), ("Ctrl+-", 1 / _STEP), ("Ctrl+0", 0.0)):
        shortcut = QShortcut(QKeySequence(keys), native)
        shortcut.activated.connect(lambda factor=factor: zoom(factor))
