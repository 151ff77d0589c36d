"""Users that an operator creates by hand, such as guests with a password of the product."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.console import responses
from lambdas.console.app import Console
from lambdas.console.requests import Request
from lambdas.console.urls import ROOT
from lambdas.credentials.sessions import Role
from lambdas.operations.journal import Journal
from lambdas.operations.problems import Refused
from lambdas.operations.resources import Resources

ALWAYS = {
    "userName": "User name",
    "displayName": "Display name",
    "name.givenName": "Given name",
    "name.familyName": "Family name",
    "emails.value": "E-mail address",
}
"""The attributes that the form always asks for, with their labels."""


def add_routes(console: Console) -> None:
    """Serve the form and what it sends."""
    rules = console.environment.users
    further = {path: path for path in rules.required if path not in ALWAYS}
    fields = [
        {
            "path": path,
            "label": label,
            "required": path == "userName" or path in rules.required,
            "values": rules.allowed.get(path, ()),
            "default": rules.defaults.get(path, ""),
        }
        for path, label in {**ALWAYS, **further}.items()
    ]

    def form(request: Request, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
        return console.show(
            "new_user.html",
            request,
            status,
            title="Create a user",
            fields=fields,
            values=request.form,
            problem=problem,
            has_login=console.environment.login is not None,
        )

    @console.page("GET", "/new-user", Role.ADMINISTRATOR)
    def empty(request: Request) -> Response[str]:
        """Show the form."""
        return form(request)

    @console.page("POST", "/new-user", Role.ADMINISTRATOR)
    def create(request: Request) -> Response[str]:
        """Create the user; a refusal is shown above what was entered."""
        target = console.target(request)
        values = {each["path"]: request.form.get(str(each["path"]), "") for each in fields}
        try:
            user = Resources(target).create_user(Journal(target), attributes_of(values))
        except Refused as refusal:
            return form(request, str(refusal), HTTPStatus.CONFLICT)
        return responses.redirect(f"{request.urls.base}{ROOT}/users/{user['id']}?done=created")


def attributes_of(values: Mapping[Any, str]) -> dict[str, Any]:
    """Return the attributes of a user as SCIM writes them.

    :param values: The entered texts by path, such as ``name.givenName``; empty ones are left out.
    """
    user: dict[str, Any] = {"active": True}
    for path, text in values.items():
        value = text.strip()
        if not value:
            continue
        if path == "emails.value":
            user["emails"] = [{"value": value, "type": "work", "primary": True}]
            continue
        urn, colon, plain = str(path).rpartition(":")
        inner = user.setdefault(urn, {}) if colon else user
        parent, dot, name = plain.partition(".")
        if dot:
            inner.setdefault(parent, {})[name] = value
        else:
            inner[parent] = value
    return user
