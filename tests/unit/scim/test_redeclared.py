"""Stored resources whose extensions are declared otherwise by now."""

import pytest
from pydantic import ValidationError

from lambdas.scim.extensions.redeclared import read_stored
from tests.unit.scim.dialect_models import OPEN, OPENED


def test_what_fits_stays_as_it_is_beside_what_does_not():
    stored = {"userName": "u", OPEN: {"level": "high", "score": "1.5", "points": ["1"], "other": 7, "a.b": "x"}}
    shown = read_stored(stored, OPENED).model_dump()[OPEN]
    assert shown == {"score": 1.5, "points": [{"value": 1}], "other": "7", "a.b": "x"}


def test_what_is_wrong_beyond_extensions_is_a_failure():
    with pytest.raises(ValidationError):
        read_stored({"userName": ["u"], OPEN: {"level": 3}}, OPENED)
    with pytest.raises(ValidationError):
        read_stored({"userName": "u", OPEN: "no object"}, OPENED)
