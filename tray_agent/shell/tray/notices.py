"""Notifications as the system's tray takes them: their lengths, and the one that only the tray has. Pure."""

from __future__ import annotations

from tray_agent.core.picture.notices import Notice, NoticeKind

TITLE_UNITS = 63  # UTF-16 units that Windows takes, here and below
TEXT_UNITS = 255
TOOLTIP_UNITS = 127

CLOSED_TO_TRAY = Notice(
    NoticeKind.HINT,
    "O agente continua em execução",
    "A janela foi fechada, mas as automações seguem agendadas. O ícone ao lado do relógio abre o painel; "
    "para encerrar, botão direito no ícone e Sair.",
)


def clip_utf16(text: str, units: int) -> str:
    """The text in at most ``units`` UTF-16 units (an emoji counts two), an ellipsis for what was cut."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 <= units:
        return text
    kept, left = [], units - 1
    for character in text:
        left -= 2 if ord(character) > 0xFFFF else 1
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"
