"""Checks that an endpoint follows its operator's rules on attributes: required, allowed, unique, defaults, extensions."""

from collections.abc import Iterator
from functools import partial

from scimprobe.check import people
from scimprobe.check.session import Blocked, Session
from scimprobe.check.suite import Check
from scimprobe.endpoint.announcement import Attribute
from scimprobe.endpoint.needs import Need
from scimprobe.endpoint.paths import Kind, Value, parent, plain
from scimprobe.endpoint.rules import Extension, ExtensionAttribute, Rules

UNSEEN = "The product gets users that its operator has ruled out."
LOST = "The product lacks what the administrator has mapped."


def checks(rules: Rules) -> Iterator[Check]:
    """Return a check for each rule on the attributes of users, and for each extension."""
    users = rules.attributes["User"]
    for path in users.required:
        if plain(path) != "username" and path not in users.defaults:
            yield Check(
                f"users.required: {path}",
                f"A user without {path} is refused with 400, and so is a PATCH that removes it.",
                UNSEEN,
                partial(_require, path),
            )
    for path in users.allowed:
        requirement = f"Another value of {path} than those of the file is refused with 400 invalidValue."
        yield Check(f"users.allowed: {path}", requirement, UNSEEN, partial(_allow, path))
    for path in users.unique:
        if plain(path) != "username" and path not in users.allowed:
            requirement = f"A second user with the same {path} is refused with 409 uniqueness."
            yield Check(f"users.unique: {path}", requirement, UNSEEN, partial(_keep_unique, path))
    for path, value in users.defaults.items():
        requirement = f"A user that is sent without {path} gets {value!r}."
        yield Check(f"users.defaults: {path}", requirement, UNSEEN, partial(_default, path, value))
    if any((users.required, users.allowed, users.unique)):
        yield Check(
            "The rules are announced",
            "/Schemas announces required, canonicalValues and uniqueness of the file.",
            "An identity provider or a library that reads /Schemas sends users that are refused.",
            _announce,
        )
    for extension in rules.extensions:
        needs = frozenset({Need.NEW_GROUPS} if extension.resource == "Group" else ())
        requirement = f"Values of {extension.urn} are returned as they were sent, each in its type and form."
        yield Check(f"extensions: {extension.urn}", requirement, LOST, partial(_extend, extension), needs=needs)


# Attributes of users ---------------------------------------------------------------------------------------------


def _without(session: Session, path: str) -> dict[str, Value]:
    """Return the attributes of a new user that lacks one."""
    named = plain(path)
    attributes = session.bare_user()
    return {each: value for each, value in attributes.items() if plain(each) != named and parent(plain(each)) != named}


def _with(session: Session, path: str, value: Value) -> dict[str, Value]:
    """Return the attributes of a new user with this value of one."""
    return {**_without(session, path), session.mapped(path): value}


def _require(path: str, session: Session) -> None:
    session.post("/Users", people.user_body(_without(session, path))).is_error(400)
    person = session.new_user()
    sent = next(each for each in person.attributes if path.lower() in (plain(each), parent(plain(each))))
    session.patch(person.path, {"op": "remove", "path": sent}).is_error(400)
    session.get(person.path).has_json(200).holds({sent: person.attributes[sent]})


def _allow(path: str, session: Session) -> None:
    wrong = _with(session, path, f"no value of {session.names.tag()}")
    session.post("/Users", people.user_body(wrong)).is_error(400, "invalidValue")
    for value in session.profile.rules.attributes["User"].allowed[path]:
        right = _with(session, path, value)
        session.post("/Users", people.user_body(right)).has_json(201).holds({session.mapped(path): value})


def _keep_unique(path: str, session: Session) -> None:
    value = session.value_of(path)
    first = session.new_user(_with(session, path, value))
    session.post("/Users", people.user_body(_with(session, path, value))).is_error(409, "uniqueness")
    session.get(first.path).has_json(200).holds({session.mapped(path): value})


def _default(path: str, value: Value, session: Session) -> None:
    body = people.user_body(_without(session, path))
    session.post("/Users", body).has_json(201).holds({session.mapped(path): value})


def _announce(session: Session) -> None:
    """Compare the file with what was announced when the run began; no schema has externalId (RFC 7643 section 3.1)."""
    reply = session.get("/Schemas").has_json(200)
    announced, rules = session.profile.announcement.attributes["User"], session.profile.rules.attributes["User"]
    nothing = Attribute("")
    for path in (each for each in rules.required if each != "externalId"):
        reply.expect(f"required of {path}", True, announced.get(path.lower(), nothing).required)
    for path in (each for each in rules.unique if each != "externalId"):
        reply.expect(f"uniqueness of {path}", True, announced.get(path.lower(), nothing).unique)
    for path, values in rules.allowed.items():
        reply.expect(f"canonicalValues of {path}", values, announced.get(path.lower(), nothing).values)


# Extensions ------------------------------------------------------------------------------------------------------


def _extend(extension: Extension, session: Session) -> None:
    """Create a resource with values of every attribute, change them, and read them back."""
    kind, urn = extension.resource, extension.urn
    values = session.own_values(kind, 0, urn)
    path = _created(session, kind, {**values, **_read_only(session, extension)})
    reply = session.get(path).has_json(200)
    reply.holds(values)
    reply.lacks(*_read_only(session, extension))
    reply.expect(f"schemas: {urn}", True, urn in (reply.body.get("schemas") or []))
    _compare_shapes(extension, session, path)
    fixed = {each for each in values if session.profile.is_immutable(kind, each)}
    other = {each: value for each, value in session.own_values(kind, 1, urn).items() if each not in fixed}
    operations = [
        {"op": "replace", "path": each, "value": list(value) if isinstance(value, tuple) else value}
        for each, value in other.items()
    ]
    session.change(path, *operations)
    session.get(path).has_json(200).holds({**values, **other})
    for each in sorted(fixed):
        session.patch(path, {"op": "replace", "path": each, "value": session.own_values(kind, 2, urn)[each]}).is_error(
            400
        )
        session.get(path).has_json(200).holds({each: values[each]})


def _created(session: Session, kind: Kind, values: dict[str, Value]) -> str:
    """Create a user or a group with these values of an extension, and return its path.

    :raises Blocked: The endpoint does not create it.
    """
    if kind == "User":
        return session.new_user({**session.bare_user(), **values}).path
    body = {"schemas": [], **people.group_body({**session.group_attributes(), **values})}
    reply = session.post("/Groups", body)
    if reply.answer.status != 201 or not isinstance(reply.body.get("id"), str):
        raise Blocked(f"a group that it needs could not be created: POST /Groups {reply.answer}")
    return f"/Groups/{reply.body['id']}"


def _read_only(session: Session, extension: Extension) -> dict[str, Value]:
    """Return values of the attributes that a client may send, and that the endpoint leaves out."""
    named = [each for each in extension.attributes if each.mutability == "readOnly" and not each.multi_valued]
    texts = [each for each in named if each.type == "string"]
    return {f"{extension.urn}:{each.name}": f"sent by {session.names.marker}" for each in texts}


def _compare_shapes(extension: Extension, session: Session, path: str) -> None:
    """Expect each list in the form that the file chooses: `["a"]`, or `[{"value": "a"}]`."""
    reply = session.get(path).has_json(200)
    found = reply.body.get(extension.urn)
    for each in extension.attributes:
        value = found.get(each.name) if isinstance(found, dict) else None
        if each.multi_valued and isinstance(value, list) and value:
            reply.expect(f"form of {each.name}", each.shape, _shape(each, value))


def _shape(attribute: ExtensionAttribute, value: list[object]) -> str:
    if all(isinstance(each, str) for each in value):
        return "strings"
    return "objects" if all(isinstance(each, dict) for each in value) else f"neither, of {attribute.type}s"
