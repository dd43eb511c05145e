"""The question at quitting while jobs run: its words, its three answers, and how Windows asks it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from ctypes import c_int, c_uint, c_void_p, c_wchar_p
from dataclasses import dataclass
from enum import StrEnum

LISTED = 5


class Choice(StrEnum):
    """What becomes of the running jobs."""

    STOP = "stop"
    FINISH = "finish"
    CANCEL = "cancel"


ANSWERS = (
    (Choice.STOP, "Parar todas e sair"),
    (Choice.FINISH, "Deixar terminar e sair"),
    (Choice.CANCEL, "Cancelar"),
)
_IDS = {Choice.STOP: 6, Choice.FINISH: 7, Choice.CANCEL: 2}  # IDYES, IDNO, IDCANCEL


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog says: its title, one sentence, and the particulars below it."""

    title: str
    heading: str
    text: str


def quit_question(running: Sequence[str]) -> Question:
    """The question for these running jobs, at least one; five are named, the rest counted."""
    count = len(running)
    subject = "1 automação está" if count == 1 else f"{count} automações estão"
    lines = [f"• {name}" for name in running[:LISTED]]
    if count > LISTED:
        lines.append(f"• e mais {count - LISTED}")
    return Question(
        "Encerrar o agente",
        f"{subject} em execução. O que fazer antes de sair?",
        "\n".join(lines)
        + "\n\nO que continuar rodando conta normalmente e é reencontrado na próxima abertura.",
    )


class TaskDialogButton(ctypes.Structure):
    """TASKDIALOG_BUTTON of the Windows SDK."""

    _pack_ = 1
    _fields_ = (("id", c_int), ("text", c_wchar_p))


class TaskDialogConfig(ctypes.Structure):
    """TASKDIALOGCONFIG of the Windows SDK."""

    _pack_ = 1
    _fields_ = (
        ("size", c_uint),
        ("parent", c_void_p),
        ("instance", c_void_p),
        ("flags", c_int),
        ("common_buttons", c_int),
        ("title", c_wchar_p),
        ("icon", c_void_p),
        ("heading", c_wchar_p),
        ("text", c_wchar_p),
        ("button_count", c_uint),
        ("buttons", ctypes.POINTER(TaskDialogButton)),
        ("default_button", c_int),
        ("radio_count", c_uint),
        ("radios", c_void_p),
        ("default_radio", c_int),
        ("verification", c_wchar_p),
        ("expanded", c_wchar_p),
        ("expanded_control", c_wchar_p),
        ("collapsed_control", c_wchar_p),
        ("footer_icon", c_void_p),
        ("footer", c_wchar_p),
        ("callback", c_void_p),
        ("callback_value", c_void_p),
        ("width", c_uint),
    )


def task_dialog(question: Question) -> TaskDialogConfig:
    """The question as Windows' task dialog takes it: buttons with our own words, Esc cancels."""
    buttons = (TaskDialogButton * len(ANSWERS))(
        *(TaskDialogButton(_IDS[choice], text) for choice, text in ANSWERS)
    )
    return TaskDialogConfig(
        size=ctypes.sizeof(TaskDialogConfig),
        flags=0x0008 | 0x01000000,  # may be cancelled, as wide as its content
        title=question.title,
        icon=0xFFFF,  # the warning sign
        heading=question.heading,
        text=question.text,
        button_count=len(ANSWERS),
        buttons=buttons,
        default_button=_IDS[Choice.FINISH],
    )


def message_box_text(question: Question) -> str:
    """The question for a plain message box, whose buttons can only say yes, no and cancel."""
    answers = "Sim: parar todas e sair\nNão: deixar terminar e sair\nCancelar: não sair"
    return f"{question.heading}\n\n{question.text}\n\n{answers}"


def answer(pressed: int) -> Choice:
    """The choice behind a button's number; anything unknown, a closed dialog too, cancels."""
    return next((choice for choice, number in _IDS.items() if number == pressed), Choice.CANCEL)


if sys.platform == "win32":

    def ask_on_windows(question: Question) -> Choice:
        """Ask and wait for the answer; not to be called on the tray's own thread."""
        try:
            return answer(_ask_by_task_dialog(question))
        except (OSError, AttributeError):  # comctl32 version 6 is not in force
            return answer(_ask_by_message_box(question))

    def _ask_by_task_dialog(question: Question) -> int:
        ask = ctypes.WinDLL("comctl32").TaskDialogIndirect
        ask.argtypes = (
            ctypes.POINTER(TaskDialogConfig),
            ctypes.POINTER(c_int),
            ctypes.POINTER(c_int),
            c_void_p,
        )
        ask.restype = ctypes.HRESULT  # a failure is raised as OSError
        pressed = c_int()
        ask(ctypes.byref(task_dialog(question)), ctypes.byref(pressed), None, None)
        return pressed.value

    def _ask_by_message_box(question: Question) -> int:
        ask = ctypes.WinDLL("user32").MessageBoxW
        ask.argtypes = (c_void_p, c_wchar_p, c_wchar_p, c_uint)
        ask.restype = c_int
        buttons_and_manner = 0x3 | 0x30 | 0x10000 | 0x40000  # yes-no-cancel, warning, in front, topmost
        pressed: int = ask(None, message_box_text(question), question.title, buttons_and_manner)
        return pressed
