"""Extensions whose attributes nobody declares, as models."""

import copy
from typing import Any

import pytest
from scim2_models import InvalidValueException, Path

from lambdas.scim.extensions.escaped_names import escape
from lambdas.scim.extensions.open_extension import MAX_REMEMBERED, bound_memory, check_open_names
from lambdas.scim.limits import MAX_OPEN_NAME_LENGTH, MAX_OPEN_NAMES
from tests.unit.scim.dialect_models import OPEN, OPENED

ABUSED = [
    "schemas",
    "id",
    "meta",
    "external_id",
    "__proto__",
    "__class__",
    "__dict__",
    "model_config",
    "model_fields",
    "k$a",
    "_x",
]


def user(**attributes: Any) -> Any:
    return OPENED.model_validate({"userName": "u", OPEN: attributes})


def at(name: str) -> Path[Any]:
    return Path[OPENED](f"{OPEN}:{escape(name)}")  # type: ignore[valid-type]


@pytest.mark.parametrize("name", [*ABUSED, "a.b", "a:b", "{{key}}", "Straße", "🙂"])
def test_a_name_means_nothing_to_the_model_whatever_it_is(name: str):
    made = user(**{name: "v"})
    assert made.model_dump()[OPEN] == {name: "v"}
    assert OPENED.model_validate(made.model_dump()).model_dump() == made.model_dump()
    assert at(name).get(made) == "v"
    at(name).set(made, "w")
    assert made.model_dump()[OPEN] == {name: "w"}
    assert type(made) is OPENED


def test_a_name_is_found_in_any_case_and_keeps_its_first_spelling():
    made = user(costCentre="7")
    assert at("COSTCENTRE").get(made) == "7"
    at("COSTCENTRE").set(made, "8")
    assert made.model_dump()[OPEN] == {"costCentre": "8"}
    assert user(a="1", A="2").model_dump()[OPEN] == {"a": "1"}


def test_one_that_was_spelled_otherwise_in_another_resource_keeps_its_own_spelling():
    first, second = user(), user()
    at("COSTCENTRE").set(first, "7")
    at("costCentre").set(second, "7")
    assert list(first.model_dump()[OPEN]) == ["COSTCENTRE"]
    assert list(second.model_dump()[OPEN]) == ["costCentre"]


def test_a_copy_is_independent():
    made = user(a="1", level=3)
    copied = copy.deepcopy(made)
    at("a").set(copied, "2")
    assert copied != made
    assert made.model_dump()[OPEN] == {"a": "1", "level": 3}


def test_setting_a_declared_attribute_keeps_the_others():
    made = user(a="1")
    Path[OPENED](f"{OPEN}:level").set(made, 3)  # type: ignore[valid-type]
    assert made.model_dump()[OPEN] == {"level": 3, "a": "1"}


def test_the_last_attribute_removed_takes_the_extension_along():
    made = user(a="1")
    at("A").delete(made)
    assert OPEN not in made.model_dump()
    assert OPEN not in made.model_dump()["schemas"]


def test_what_is_asked_of_an_undeclared_name_is_what_the_rfc_says_by_default():
    binding = at("A.B").resolve()
    assert binding is not None
    assert (binding.target_type, binding.is_multivalued, binding.case_exact) == (str, False, False)
    assert binding.urn == f"{OPEN}:a.b"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (
            [str(number) for number in range(MAX_OPEN_NAMES + 1)],
            f"{OPEN} would have 201 undeclared attributes; the limit is 200",
        ),
        (
            ["n" * (MAX_OPEN_NAME_LENGTH + 1)],
            f"{OPEN} has an attribute name of 201 characters; the limit is 200",
        ),
        ([""], f"{OPEN} has an attribute with an empty name"),
    ],
)
def test_names_beyond_the_limits_are_refused(names: list[str], told: str):
    with pytest.raises(InvalidValueException) as refused:
        check_open_names(user(**dict.fromkeys(names, "v")))
    assert told in str(refused.value)


def test_as_many_and_as_long_as_the_limits_say_are_kept():
    check_open_names(user(**{str(number).zfill(MAX_OPEN_NAME_LENGTH): "v" for number in range(MAX_OPEN_NAMES)}))


def test_the_names_that_clients_send_do_not_fill_the_memory():
    bound_memory(OPENED)
    for number in range(2 * MAX_REMEMBERED):
        assert at(str(number)).resolve() is not None
    assert len(vars(OPENED)["__scim_resolved_attrs__"]) <= MAX_REMEMBERED
