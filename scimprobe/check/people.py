"""The users and groups of the checks: random names that meet nobody, and attributes of every kind."""

import itertools
import secrets
from typing import Any

from scimprobe.simulate.attributes import CORE_GROUP, CORE_USER, ENTERPRISE_USER, Value, address, email, nest, phone


class Names:
    """Names that no two runs share, and that say where they come from to whoever finds one left behind."""

    def __init__(self) -> None:
        self.marker = f"check-{secrets.token_hex(4)}"
        """What every name contains, such as `check-1f0e9a3c`."""

        self._numbers = itertools.count(1)

    def user(self, tag: str = "") -> str:
        """A userName of nobody; `tag` comes before the @."""
        return f"{self.marker}-{next(self._numbers)}{tag}@example.com"

    def group(self) -> str:
        """A displayName of no group, in both cases and with a space."""
        return f"Group {self.marker} {next(self._numbers)}"

    def external_id(self) -> str:
        """An object id of the source."""
        return f"{self.marker}-{secrets.token_hex(8)}"


def full_user(names: Names) -> dict[str, Value]:
    """Every attribute that the SCIM Validator sets: all of the core schema's that Entra maps, and the extension's."""
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
    """Another value for each attribute that the SCIM Validator replaces: 36 of them, the role's type among them."""
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
    """The primary address of type work."""
    parts = {"streetAddress": street, "locality": city, "region": region, "postalCode": code, "country": country}
    return {
        address("formatted"): street,
        **{address(sub): value for sub, value in parts.items()},
        address("primary"): True,
    }


def role(kind: str, name: str) -> dict[str, Value]:
    """The primary role, of this type."""
    element = f'roles[type eq "{kind}"]'
    return {f"{element}.display": name, f"{element}.value": name.lower(), f"{element}.primary": True}


def employment(number: str, department: str, cost_center: str) -> dict[str, Value]:
    """Three attributes of the enterprise extension."""
    parts = {"employeeNumber": number, "department": department, "costCenter": cost_center}
    return {f"{ENTERPRISE_USER}:{name}": value for name, value in parts.items()}


def user_body(attributes: dict[str, Value]) -> dict[str, Any]:
    """The body of a POST of a user; roles with `primary` as the string that Microsoft's programs send."""
    resource = nest(attributes)
    schemas = [CORE_USER, ENTERPRISE_USER] if ENTERPRISE_USER in resource else [CORE_USER]
    for element in resource.get("roles", []):
        element["primary"] = str(element["primary"])
    return {"schemas": schemas, **resource}


def group_body(name: str, external_id: str) -> dict[str, Any]:
    """The body of a POST of a group, as the SCIM Validator sends it."""
    return {"displayName": name, "externalId": external_id, "schemas": [CORE_GROUP]}
