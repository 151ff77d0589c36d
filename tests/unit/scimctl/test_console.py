"""What commands print, where no terminal is."""

import re

import pytest

from scimctl import console


def test_a_problem_is_one_plain_line_on_stderr_however_long(capsys: pytest.CaptureFixture[str]):
    text = "Port 4566 is already used by " + "x" * 200 + "\n[bold]Stop it[/bold]"
    console.show_problem(text)
    assert capsys.readouterr() == ("", f"error: {text}\n")


def test_a_step_is_told_when_it_is_done_with_its_note_and_its_seconds(capsys: pytest.CaptureFixture[str]):
    with console.step("Deploy") as step:
        step.update("3 of 84 resources")
        step.note = "84 resources"
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"✓ Deploy \(84 resources\) \d+\.\d s\n", err)


def test_a_step_that_fails_is_told_and_its_reason_goes_on(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(KeyboardInterrupt), console.step("Deploy"):
        raise KeyboardInterrupt
    assert re.fullmatch(r"✗ Deploy \d+\.\d s\n", capsys.readouterr().err)
