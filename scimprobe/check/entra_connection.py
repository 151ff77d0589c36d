"""What Entra's Test Connection asks, and what an endpoint must answer before anything is provisioned (entra-docs)."""

import secrets
import uuid

from scimprobe.check.player import Player
from scimprobe.check.suite import Checks, Level
from scimprobe.simulate import entra
from scimprobe.simulate.dialect import FLAG

checks = Checks()


@checks.add(
    "Test Connection: a user that does not exist",
    requirement="A search for a random userName is 200 with an empty list.",
    matters="Test Connection fails. Later the same search checks the credentials of each cycle, and a 404 puts the "
    "job into quarantine at once.",
)
def look_for_nobody(player: Player) -> None:
    """The matching attribute is userName unless an administrator maps another one with precedence 1."""
    player.get("/Users", entra.match_query("User", "userName", str(uuid.uuid4()))).finds_nothing()


@checks.add(
    "Test Connection: a user that does not exist, by externalId",
    requirement="A search by another matching attribute is answered likewise.",
    matters="An administrator who matches by externalId cannot save the connection.",
)
def look_for_nobody_by_external_id(player: Player) -> None:
    """As captured from Entra's Test Connection."""
    player.get("/Users", entra.match_query("User", "externalId", str(uuid.uuid4()))).finds_nothing()


@checks.add(
    "Test Connection: a group that does not exist",
    requirement="A search for a random group is 200 with an empty list, also when no groups are provisioned.",
    matters="Without /Groups Entra calls the endpoint incompatible "
    "(SystemForCrossDomainIdentityManagementServiceIncompatible).",
)
def look_for_no_group(player: Player) -> None:
    """Members are left out of every search for a group."""
    player.get("/Groups", entra.match_query("Group", "displayName", str(uuid.uuid4()))).finds_nothing()


@checks.add(
    "A wrong token is refused",
    requirement="A token that nobody issued is answered with 401.",
    matters="Test Connection tells the administrator what is wrong only on 401; and an endpoint that answers "
    "anybody is open to anybody.",
)
def refuse_a_wrong_token(player: Player) -> None:
    """The token is random."""
    headers = {"Authorization": f"Bearer {secrets.token_urlsafe(32)}"}
    query = entra.match_query("User", "userName", str(uuid.uuid4()))
    player.get("/Users", query, headers).has_status(401)


@checks.add(
    "The flag in the Tenant URL is ignored",
    requirement=f"The query parameter {FLAG}, which has no value, changes nothing.",
    matters="An administrator who appends the flag to the Tenant URL cannot connect any more.",
)
def ignore_the_flag(player: Player) -> None:
    """Administrators switch the newer PATCH dialect on by it."""
    query = entra.match_query("User", "userName", str(uuid.uuid4()))
    player.get("/Users", f"{FLAG}&{query}").finds_nothing()


@checks.add(
    "A filter without quotes",
    requirement="The value of a comparison may stand without quotes.",
    matters="Some pages of Microsoft's documentation show the search so. Whether Entra still sends it is not known.",
    level=Level.OPTIONAL,
)
def read_a_filter_without_quotes(player: Player) -> None:
    """`filter=externalId eq jyoung` in older examples."""
    query = "filter=" + entra.encode(f"externalId eq {uuid.uuid4().hex}")
    player.get("/Users", query).finds_nothing()


@checks.add(
    "An unknown id is an error that Entra can read",
    requirement="GET of an id that does not exist is 404 with a SCIM Error, its status as a string.",
    matters="Entra cannot deserialize other errors, and shows its administrator no reason.",
)
def tell_an_unknown_id(player: Player) -> None:
    """Entra calls it InvalidAnchor when it has cached the id."""
    player.get(f"/Users/{uuid.uuid4()}").is_error(404)


@checks.add(
    "A user without userName is refused",
    requirement="POST of a user without userName is 400 with a SCIM Error.",
    matters="A user that no search finds is created again in each cycle.",
)
def refuse_a_user_without_name(player: Player) -> None:
    """From Microsoft's Postman collection."""
    body = player.bare_body()
    body["displayName"] = body.pop("userName")
    player.post("/Users", body).is_error(400)


@checks.add(
    "A body that is not JSON is refused",
    requirement="It is answered with 400 and a SCIM Error.",
    matters="On 5xx a client sends the same body again, for ever.",
)
def refuse_what_is_not_json(player: Player) -> None:
    """From Microsoft's Postman collection."""
    player.post("/Users", b"This is not JSON").is_error(400)
