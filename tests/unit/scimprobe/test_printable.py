"""Text of strangers: printed without what a terminal would obey, and unchanged for programs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scimprobe.printable import json_text, printable

OBEYED = ["\x1b", "\x07", "\x7f", "\x85", "\x9b", "\u061c", "\u200e", "\u202e", "\u2028", "\u2066", "\U000e0041"]


@pytest.mark.parametrize("character", OBEYED)
def test_a_character_that_a_terminal_obeys_is_replaced_in_text_and_escaped_in_json(character: str):
    assert printable(f"a{character}b") == "a\ufffdb"
    text = json_text({"userName": f"a{character}b"})
    assert character not in text
    assert json.loads(text) == {"userName": f"a{character}b"}


@given(
    st.recursive(st.text() | st.integers() | st.none(), lambda values: st.dictionaries(st.text(), values), max_leaves=5)
)
def test_a_program_reads_from_json_what_was_written(value: object):
    assert json.loads(json_text(value)) == json.loads(json_text(value, indent=2)) == value


def test_letters_of_any_language_stay_readable_in_json():
    assert json_text("Zoë 李 😀") == '"Zoë 李 😀"'
