"""One directory by two host names: the vendor's own, and API Gateway's."""

import json
from dataclasses import replace

import pytest

from tests.protocol.client import Api
from tests.protocol.events import HOST


@pytest.fixture
def own(api: Api) -> Api:
    """The same connection by the vendor's host name, which leads to the stage without a path."""
    return replace(api, host="scim.example.com", prefix="")


@pytest.fixture
def ada(api: Api) -> dict[str, str]:
    """A user in a group: their ids."""
    ada = api.post("/Users", {"userName": "ada"}).json["id"]
    group = api.post("/Groups", {"displayName": "Engines", "members": [{"value": ada}]}).json["id"]
    return {"ada": ada, "group": group}


def test_every_url_in_an_answer_begins_as_the_client_wrote_it(api: Api, own: Api, ada: dict[str, str]):
    for client, root in (
        (own, f"https://scim.example.com/v2/{api.connection}"),
        (api, f"https://{HOST}/scim/v2/{api.connection}"),
    ):
        user = client.get(f"/Users/{ada['ada']}").json
        assert user["meta"]["location"] == f"{root}/Users/{ada['ada']}"
        assert user["groups"][0]["$ref"] == f"{root}/Groups/{ada['group']}"
        group = client.get(f"/Groups/{ada['group']}").json
        assert group["members"][0]["$ref"] == f"{root}/Users/{ada['ada']}"
        for path in ("/Users", "/Groups", "/ResourceTypes", "/Schemas"):
            answer = json.dumps(client.get(path).json)
            assert answer.count("https://") == answer.count(root) > 0
        assert client.get("/ServiceProviderConfig").json["meta"]["location"] == f"{root}/ServiceProviderConfig"


def test_every_url_in_an_answer_contains_the_base_path(api: Api, ada: dict[str, str]):
    own = replace(api, host="scim.example.com", prefix="/api/scim")
    root = f"https://scim.example.com/api/scim/v2/{api.connection}"
    user = own.get(f"/Users/{ada['ada']}").json
    assert user["meta"]["location"] == f"{root}/Users/{ada['ada']}"
    assert user["groups"][0]["$ref"] == f"{root}/Groups/{ada['group']}"
    assert own.post("/Users", {"userName": "bob"}).headers["Location"].startswith(f"{root}/Users/")


def test_what_is_created_by_one_name_is_the_same_resource_by_the_other(api: Api, own: Api):
    created = own.post("/Users", {"userName": "ada"})
    assert created.headers["Location"] == f"https://scim.example.com/v2/{api.connection}/Users/{created.json['id']}"
    found = api.get(f"/Users/{created.json['id']}")
    assert found.headers["ETag"] == created.headers["ETag"]
    assert found.json["meta"].keys() == created.json["meta"].keys()
