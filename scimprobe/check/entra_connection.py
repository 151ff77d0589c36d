"""The requests of Entra's Test Connection, and what an endpoint must answer before anything is provisioned (entra-docs)."""

import secrets
import uuid

from scimprobe.check.session import Session
from scimprobe.check.suite import Checks, Level
from scimprobe.simulate import entra
from scimprobe.simulate.dialect import FLAG

checks = Checks()


@checks.add(
    "Test Connection: a user that does not exist",
    requirement="A search for a random userName returns 200 with an empty list.",
    matters="Test Connection fails. Later the same search verifies the credentials of each cycle, and a 404 puts the "
    "job into quarantine at once.",
)
def search_for_no_user(session: Session) -> None:
    """The matching attribute is userName unless an administrator maps another one with precedence 1."""
    session.get("/Users", entra.match_query("User", "userName", str(uuid.uuid4()))).finds_nothing()


@checks.add(
    "Test Connection: a user that does not exist, by externalId",
    requirement="A search by another matching attribute returns 200 with an empty list, too.",
    matters="An administrator who matches by externalId cannot save the connection.",
)
def search_for_no_external_id(session: Session) -> None:
    """Captured from Entra's Test Connection."""
    session.get("/Users", entra.match_query("User", "externalId", str(uuid.uuid4()))).finds_nothing()


@checks.add(
    "Test Connection: a group that does not exist",
    requirement="A search for a random group returns 200 with an empty list, even when no groups are provisioned.",
    matters="Without /Groups Entra reports the endpoint as incompatible "
    "(SystemForCrossDomainIdentityManagementServiceIncompatible).",
)
def search_for_no_group(session: Session) -> None:
    """Members are left out of every search for a group."""
    session.get("/Groups", entra.match_query("Group", "displayName", str(uuid.uuid4()))).finds_nothing()


@checks.add(
    "A wrong token is refused",
    requirement="A token that was never issued is refused with 401.",
    matters="Only 401 lets Test Connection show the administrator the cause. An endpoint that accepts any token is "
    "open to everyone.",
)
def refuse_a_wrong_token(session: Session) -> None:
    """The token is random."""
    headers = {"Authorization": f"Bearer {secrets.token_urlsafe(32)}"}
    query = entra.match_query("User", "userName", str(uuid.uuid4()))
    session.get("/Users", query, headers).has_status(401)


@checks.add(
    "The flag in the Tenant URL is ignored",
    requirement=f"The query parameter {FLAG}, which has no value, changes nothing.",
    matters="An administrator who appends the flag to the Tenant URL cannot connect any more.",
)
def ignore_the_flag(session: Session) -> None:
    """Administrators switch on the newer PATCH dialect with it."""
    query = entra.match_query("User", "userName", str(uuid.uuid4()))
    session.get("/Users", f"{FLAG}&{query}").finds_nothing()


@checks.add(
    "A filter without quotes",
    requirement="The value of a comparison may stand without quotes.",
    matters="Some pages of Microsoft's documentation show the search so. Whether Entra still sends it is not known.",
    level=Level.OPTIONAL,
)
def read_a_filter_without_quotes(session: Session) -> None:
    """`filter=externalId eq jyoung` in older examples."""
    query = "filter=" + entra.encode(f"externalId eq {uuid.uuid4().hex}")
    session.get("/Users", query).finds_nothing()


@checks.add(
    "An unknown id is an error that Entra can read",
    requirement="GET of an id that does not exist returns 404 with a SCIM Error whose status is a string.",
    matters="Entra cannot deserialize other errors, and shows its administrator no reason.",
)
def report_an_unknown_id(session: Session) -> None:
    """Entra reports InvalidAnchor when it has cached the id."""
    session.get(f"/Users/{uuid.uuid4()}").is_error(404)


@checks.add(
    "A user without userName is refused",
    requirement="POST of a user without userName returns 400 with a SCIM Error.",
    matters="A user that no search finds is created again in each cycle.",
)
def refuse_a_user_without_name(session: Session) -> None:
    """From Microsoft's Postman collection."""
    body = session.bare_body()
    body["displayName"] = body.pop("userName")
    session.post("/Users", body).is_error(400)


@checks.add(
    "A body that is not JSON is refused",
    requirement="It is refused with 400 and a SCIM Error.",
    matters="After a 5xx a client sends the same body again, without end.",
)
def refuse_a_body_that_is_not_json(session: Session) -> None:
    """From Microsoft's Postman collection."""
    session.post("/Users", b"This is not JSON").is_error(400)
