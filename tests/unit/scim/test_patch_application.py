"""An operation that sees only the values it can touch has the same effect as one that sees all of them."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scim2_models import PatchOp, SCIMException
from scim2_server.utils import parametrize

from lambdas.scim.patch_application import PatchApplication
from lambdas.scim.provider import build_provider
from lambdas.scim.upstream import apply_operation
from tests.examples import examples

PROVIDER = build_provider()
USER: Any = next(model for model in PROVIDER.models if "user_name" in model.model_fields)

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"

texts = st.sampled_from(["a", "A", "b", "ß", "work", "é", "e\u0301"])
entries = st.fixed_dictionaries(
    {}, optional={"value": texts, "type": texts, "display": texts, "primary": st.booleans()}
).filter(bool)
comparisons = st.builds(
    lambda name, op, text: f'{name} {op} "{text}"',
    st.sampled_from(["value", "type", "display"]),
    st.sampled_from(["eq", "eq", "eq", "ne", "co"]),
    texts,
)
filters = comparisons | st.builds(
    lambda left, word, right: f"{left} {word} {right}", comparisons, st.sampled_from(["and", "or"]), comparisons
)
operations = st.one_of(
    st.builds(
        lambda op, text, name, value: {"op": op, "path": f"roles[{text}].{name}", "value": value},
        st.sampled_from(["add", "replace"]),
        filters,
        st.sampled_from(["value", "type", "display"]),
        texts,
    ),
    st.builds(
        lambda op, text, value: {"op": op, "path": f"roles[{text}]", "value": value},
        st.sampled_from(["add", "replace"]),
        filters,
        entries,
    ),
    st.builds(lambda text: {"op": "add", "path": f"roles[{text}].primary", "value": True}, filters),
    st.builds(lambda text: {"op": "remove", "path": f"roles[{text}]"}, filters),
    st.builds(lambda value: {"op": "add", "path": "roles", "value": value}, entries | st.lists(entries, max_size=3)),
    st.builds(lambda value: {"op": "replace", "path": "roles", "value": value}, st.lists(entries, max_size=3)),
    st.builds(
        lambda value: {"op": "remove", "path": "roles", "value": value},
        st.lists(st.fixed_dictionaries({"value": texts}, optional={"type": texts}), min_size=1, max_size=3),
    ),
    st.builds(lambda text: {"op": "replace", "path": "roles.display", "value": text}, texts),
    st.builds(
        lambda value, title: {"op": "add", "value": {"roles": value, "title": title}},
        st.lists(entries, max_size=2),
        texts,
    ),
    st.just({"op": "remove", "path": "roles"}),
    st.builds(
        lambda op, value: {"op": op, "value": {f"{CORE}:roles": value}},
        st.sampled_from(["add", "replace"]),
        st.lists(entries, min_size=1, max_size=2),
    ),
    st.builds(lambda text: {"op": "replace", "path": CORE, "value": {"roles.display": text}}, texts),
)


def user(roles: list[dict[str, Any]]) -> Any:
    return USER.model_validate({"userName": "ann", "roles": roles})


def shown(resource: Any) -> Any:
    body = resource.model_dump()
    return {**body, "roles": sorted(body.get("roles", []), key=repr)}


@settings(max_examples=examples(200), deadline=None)
@example(
    [{"value": "a"}, {"value": "b", "primary": True}, {"value": "b", "type": "a", "primary": True}],
    [{"op": "remove", "path": "roles", "value": [{"value": "a"}, {"value": "b"}]}],
)
@given(st.lists(entries, max_size=4), st.lists(operations, min_size=1, max_size=5))
def test_a_patch_has_the_effect_that_it_has_on_all_values(
    roles: list[dict[str, Any]], sent: list[dict[str, Any]]
) -> None:
    with PROVIDER:
        try:
            patch = parametrize(PatchOp, USER).model_validate({"Operations": sent})
            whole, narrowed = user(roles), user(roles)
        except ValueError:
            return
        application = PatchApplication(narrowed)
        for each in patch.operations or []:
            try:
                changed = apply_operation(whole, each)
            except SCIMException as refused:
                with pytest.raises(type(refused)):
                    application.apply(each)
                return
            assert application.apply(each) == changed
        application.finish()
        assert shown(narrowed) == shown(whole)
