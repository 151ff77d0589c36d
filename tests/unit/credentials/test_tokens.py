"""The text form of tokens."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lambdas.credentials import tokens
from lambdas.credentials.generation import generate_token
from lambdas.credentials.tokens import PresentedToken

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

presented_tokens = st.builds(
    PresentedToken,
    id=st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16),
    secret=st.text(BASE62, min_size=43, max_size=43),
)


def test_a_token_reads_as_prefix_id_secret_and_checksum():
    token = generate_token()
    prefix, token_id, rest = token.text.split("_")
    assert (prefix, token_id, len(rest)) == ("scim", token.id, 43 + 6)
    assert rest.startswith(token.secret)
    assert tokens.ID.fullmatch(token_id)


def test_the_form_of_a_token_never_changes_because_clients_hold_them_for_years():
    token = PresentedToken("abcdefghijklmnop", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg")
    # The checksum as gzip computes it (2336186670), the hash as sha256sum does.
    assert token.text == "scim_abcdefghijklmnop_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg2Y6OsA"
    assert token.hash.hex() == "71d84b1859bad11abcb3dfd9353c8d1873aafd883ffaf6f2c9df7cbcfc3e1850"


@given(presented_tokens)
def test_every_token_is_read_back_as_it_was_written(token):
    assert tokens.parse(token.text) == token


@given(presented_tokens, presented_tokens)
def test_two_tokens_never_share_a_hash(one, other):
    assume(one.secret != other.secret)
    assert one.hash != other.hash
    assert not tokens.matches(one, other.hash)


def test_generated_tokens_differ_in_id_secret_and_hash():
    made = [generate_token() for _ in range(500)]
    assert len({token.id for token in made}) == 500
    assert len({token.secret for token in made}) == 500
    assert len({token.hash for token in made}) == 500


@given(presented_tokens, st.data())
def test_any_single_changed_character_is_seen_without_a_look_up(token, data):
    position = data.draw(st.integers(0, len(token.text) - 1))
    character = data.draw(st.one_of(st.sampled_from(BASE62 + "_"), st.characters()))
    assume(character != token.text[position])
    assert tokens.parse(token.text[:position] + character + token.text[position + 1 :]) is None


@given(presented_tokens, st.data())
def test_two_swapped_neighbours_are_seen_without_a_look_up(token, data):
    text, position = token.text, data.draw(st.integers(0, len(token.text) - 2))
    assume(text[position] != text[position + 1])
    assert tokens.parse(text[:position] + text[position + 1] + text[position] + text[position + 2 :]) is None


@given(presented_tokens, st.data())
def test_a_token_that_was_cut_or_has_something_added_is_none(token, data):
    assert tokens.parse(token.text[: data.draw(st.integers(0, len(token.text) - 1))]) is None
    assert tokens.parse(token.text + data.draw(st.text(min_size=1))) is None
    assert tokens.parse(data.draw(st.text(min_size=1)) + token.text) is None


@given(st.text())
def test_any_other_text_is_no_token(text):
    assert tokens.parse(text) is None


@pytest.mark.parametrize("end", ["\n", " ", "\r\n", "\0"])
def test_white_space_after_a_token_is_not_part_of_it(end):
    assert tokens.parse(generate_token().text + end) is None


def test_a_cut_token_still_tells_its_id():
    token = generate_token()
    assert tokens.claimed_id(token.text[:30]) == token.id
    assert tokens.claimed_id("eyJhbGciOiJSUzI1NiJ9.e30.x") is None


def test_a_token_matches_the_hash_of_its_own_secret_only():
    token = generate_token()
    assert tokens.matches(token, token.hash)
    assert not tokens.matches(token, generate_token().hash)
    assert not tokens.matches(token, b"")


@given(presented_tokens)
def test_no_representation_of_a_token_tells_its_secret(token):
    for shown in (repr(token), str(token), f"{token}", repr([token]), repr({"token": token})):
        assert token.secret not in shown
        assert token.id in shown
