"""Texts are compared in one way: that of the attributes, in whose form unique values are stored."""

from hypothesis import example, given
from hypothesis import strategies as st
from scim2_models import Path, User, default_comparison_key

from lambdas.scim.case_sensitivity import comparable_text


@given(st.text())
@example("Groß-Admin")
@example("GROSS-ADMIN")
@example("Ⓐ é e\u0301 İ \u017f ΑΣ")
def test_texts_are_compared_as_a_user_name_is(text: str):
    binding = Path[User]("userName").resolve()
    assert comparable_text(text) == default_comparison_key(binding, text)
