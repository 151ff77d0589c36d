"""Ids that the directory which made them recognises."""

import uuid

from lambdas.scim.ids import is_id, is_made_in, new_id


def test_an_id_is_a_uuid_of_version_8_that_only_its_directory_recognises() -> None:
    for made in (new_id("acme") for _ in range(1_000)):
        assert is_id(made)
        assert (uuid.UUID(made).version, uuid.UUID(made).variant) == (8, uuid.RFC_4122)
        assert is_made_in("acme", made)
        assert not is_made_in("globex", made)


def test_another_id_is_not_recognised() -> None:
    made = new_id("acme")
    other = f"{made[:-1]}{'0' if made[-1] != '0' else '1'}"
    for text in (other, str(uuid.uuid4()), made.upper(), "", "x", f"{made} "):
        assert not is_made_in("acme", text)


def test_ids_differ_and_spread_over_their_first_digits() -> None:
    made = {new_id("acme") for _ in range(5_000)}
    assert len(made) == 5_000
    assert len({each[:2] for each in made}) == 256
