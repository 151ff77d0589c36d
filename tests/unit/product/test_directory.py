"""The product's copy of the directory, when something else than the endpoint answers."""

import pytest

from examples.product.directory import Directory, ScimUnavailable
from tests.unit.product.answering import answering

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>Sign in to the network</html>"),
        (200, b"\xff"),
        (200, b"[]"),
        (200, b'{"status": "ok"}'),
        (404, b'{"message": "Not Found"}'),
        (404, b"<html>No such page</html>"),
        (502, b"<html>Bad gateway</html>"),
    ],
)
def test_an_answer_that_is_not_of_the_endpoint_changes_nothing_and_is_tried_again_later(answer: tuple[int, bytes]):
    with answering() as server:
        directory = Directory(server.url, "token")
        user = {"id": "1", "userName": "ada", "meta": {"version": 'W/"1-a"'}}
        server.give("/Users", {"schemas": [LIST], "Resources": [user]})
        server.give("/Groups", {"schemas": [LIST], "Resources": []})
        directory.reconcile()
        server.answers = {"/Users": answer, "/Users/1": answer}
        for ask in (directory.reconcile, lambda: directory.read_again("/Users/1"), lambda: directory.search_users("")):
            with pytest.raises(ScimUnavailable):
                ask()
        assert directory.users() == [user]
