from __future__ import annotations

import ctypes

import pytest

from tray_agent.shell.tray.question import (
    ANSWERS,
    Choice,
    TaskDialogButton,
    TaskDialogConfig,
    answer,
    message_box_text,
    quit_question,
    task_dialog,
)


def test_one_running_job_is_named() -> None:
    question = quit_question(["envia_pix"])
    assert question.title == "Encerrar o agente"
    assert question.heading == "1 automação está em execução. O que fazer antes de sair?"
    assert question.text.startswith("• envia_pix\n\n")


def test_five_running_jobs_are_named_and_the_rest_counted() -> None:
    question = quit_question([f"job{number}" for number in range(7)])
    assert question.heading.startswith("7 automações estão")
    assert question.text.splitlines()[:7] == [*(f"• job{n}" for n in range(5)), "• e mais 2", ""]


def test_the_three_answers_speak_portuguese_and_can_be_told_by_number() -> None:
    dialog = task_dialog(quit_question(["a"]))
    buttons = [dialog.buttons[number] for number in range(dialog.button_count)]
    assert [(answer(button.id), button.text) for button in buttons] == list(ANSWERS)
    assert answer(dialog.default_button) is Choice.FINISH


@pytest.mark.parametrize("pressed", [0, 1, 2, -1, 8])
def test_a_dialog_that_was_closed_or_failed_cancels(pressed: int) -> None:
    assert answer(pressed) is Choice.CANCEL


def test_the_plain_message_box_says_what_yes_and_no_mean() -> None:
    text = message_box_text(quit_question(["a"]))
    assert "Sim: parar todas e sair\nNão: deixar terminar e sair\nCancelar: não sair" in text
    assert answer(6) is Choice.STOP
    assert answer(7) is Choice.FINISH


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the sizes are those of 64 bits")
def test_the_structures_are_laid_out_as_the_sdk_packs_them() -> None:
    assert ctypes.sizeof(TaskDialogButton) == 12
    assert ctypes.sizeof(TaskDialogConfig) == 160
    assert TaskDialogConfig.heading.offset == 44
    assert TaskDialogConfig.buttons.offset == 64
    assert task_dialog(quit_question(["a"])).size == 160
