"""The users and groups of the checks: random names that collide with nothing, and attributes of every kind."""

import itertools
import secrets
from collections.abc import Mapping
from typing import Any

from scimprobe.endpoint.paths import Value
from scimprobe.simulate.attributes import CORE_GROUP, CORE_USER, ENTERPRISE_USER, address, email, nest, phone


class Names:
    """Names that no two runs share, and that show where an object comes from that was left behind."""

    def __init__(self) -> None:
        self.marker = f"check-{secrets.token_hex(4)}"
        """The text that every name contains, such as `check-1f0e9a3c`."""

        self._numbers = itertools.count(1)

    def user(self, tag: str = "") -> str:
        """Return a new userName; `tag` stands before the @."""
        return f"{self.marker}-{next(self._numbers)}{tag}@example.com"

    def group(self) -> str:
        """Return a new displayName of a group, in both cases and with a space."""
        return f"Group {self.marker} {next(self._numbers)}"

    def external_id(self) -> str:
        """Return an object id of the source."""
        return f"{self.marker}-{secrets.token_hex(8)}"

    def tag(self) -> str:
        """Return a text for values that must be unique."""
        return f"{self.marker}-{next(self._numbers)}"


def full_user(names: Names) -> dict[str, Value]:
    """Return every attribute that the SCIM Validator sets: of the core schema those that Entra maps, and the extension's."""
    name = names.user()
    return {
        "externalId": names.external_id(),
        "userName": name,
        "active": True,
        "displayName": "Kelly Green",
        "title": "Title",
        "preferredLanguage": "de-DE",
        "nickName": "Kel",
        "profileUrl": "https://example.com/kelly",
        "userType": "Employee",
        "locale": "de-DE",
        "timezone": "Europe/Berlin",
        "name.formatted": "Kelly Green",
        "name.familyName": "Green",
        "name.givenName": "Kelly",
        "name.middleName": "M",
        "name.honorificPrefix": "Ms",
        "name.honorificSuffix": "II",
        email("value"): name,
        email("primary"): True,
        **work_address("1 Main Street", "Berlin", "BE", "10115", "DE"),
        phone("work"): "1-555-0100",
        'phoneNumbers[type eq "work"].primary': True,
        phone("mobile"): "1-555-0101",
        phone("fax"): "1-555-0102",
        **role("App", "Reader"),
        **employment("1", "D", "C"),
        f"{ENTERPRISE_USER}:organization": "O",
        f"{ENTERPRISE_USER}:division": "V",
    }


def changed_user(names: Names) -> dict[str, Value]:
    """Return another value for each attribute that the SCIM Validator replaces: 36, the type of the role included."""
    name = names.user()
    return {
        "displayName": "Kell Blue",
        "title": "Boss",
        "preferredLanguage": "fr-FR",
        "nickName": "K",
        "profileUrl": "https://example.com/k",
        "userType": "Guest",
        "locale": "fr-FR",
        "timezone": "Europe/Paris",
        "active": True,
        "externalId": names.external_id(),
        "userName": name,
        "name.givenName": "Kell",
        "name.familyName": "Blue",
        "name.formatted": "Kell Blue",
        "name.middleName": "N",
        "name.honorificPrefix": "Dr",
        "name.honorificSuffix": "III",
        email("value"): name,
        email("primary"): True,
        **work_address("2 Rue", "Paris", "IDF", "75001", "FR"),
        phone("work"): "2",
        'phoneNumbers[type eq "work"].primary': True,
        phone("mobile"): "3",
        phone("fax"): "4",
        **role("Suite", "Owner"),
        **employment("2", "E", "F"),
    }


def work_address(street: str, city: str, region: str, code: str, country: str) -> dict[str, Value]:
    """Return the primary address of type work."""
    parts = {"streetAddress": street, "locality": city, "region": region, "postalCode": code, "country": country}
    return {
        address("formatted"): street,
        **{address(sub): value for sub, value in parts.items()},
        address("primary"): True,
    }


def role(kind: str, name: str) -> dict[str, Value]:
    """Return the primary role, of this type."""
    element = f'roles[type eq "{kind}"]'
    return {f"{element}.display": name, f"{element}.value": name.lower(), f"{element}.primary": True}


def employment(number: str, department: str, cost_center: str) -> dict[str, Value]:
    """Return three attributes of the enterprise extension."""
    parts = {"employeeNumber": number, "department": department, "costCenter": cost_center}
    return {f"{ENTERPRISE_USER}:{name}": value for name, value in parts.items()}


def user_body(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Return the body of a POST of a user; roles with `primary` as the string that Microsoft's programs send."""
    resource = nest(attributes)
    schemas = [CORE_USER, ENTERPRISE_USER] if ENTERPRISE_USER in resource else [CORE_USER]
    for element in resource.get("roles", []):
        if "primary" in element:
            element["primary"] = str(element["primary"])
    return {"schemas": schemas, **resource}


def group_body(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """Return the body of a POST of a group, as the SCIM Validator sends it."""
    return {**nest(attributes), "schemas": [CORE_GROUP]}
