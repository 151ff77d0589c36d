"""What a file changes about its endpoint: one test for each key, through the function."""

from collections.abc import Callable

from tests.protocol.client import Api

EndpointOf = Callable[[str], Api]


def test_a_file_with_nothing_but_what_is_required_serves_everything(endpoint_of: EndpointOf):
    config = endpoint_of("").get("/ServiceProviderConfig").json
    assert all(config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag"))
