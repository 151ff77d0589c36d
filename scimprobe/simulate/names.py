"""Realistic names, titles and addresses, chosen to be awkward: accents, apostrophes, plus signs, ampersands."""

import random
import unicodedata

from scimprobe.endpoint.paths import Value
from scimprobe.simulate.attributes import DEPARTMENT, EMPLOYEE_NUMBER, address, email, phone

GIVEN = [
    "Ada",
    "Søren",
    "Zoë",
    "José",
    "Siobhán",
    "Łukasz",
    "Grace",
    "Jürgen",
    "Aoife",
    "Kwame",
    "Priya",
    "Юлия",
    "Renée",
]
FAMILY = [
    "O'Brien",
    "Müller",
    "García",
    "D'Angelo",
    "Smith-Jones",
    "Šimková",
    "van der Berg",
    "N'Diaye",
    "Öztürk",
    "Li",
]
TITLES = ["Engineer", "Head of R&D", "Attaché", "Buyer", "Director, EMEA", 'Lead "Platform"', "Trainee"]
DEPARTMENTS = ["Sales", "R&D", "Finance", "Qualität", "Legal + Compliance", "Support 24/7"]
LANGUAGES = ["en-GB", "de-DE", "da-DK", "es-ES"]
STREETS = [("12 St John's Lane", "London"), ("Königstraße 7", "Köln"), ("Rådhuspladsen 1", "København")]
GROUPS = [
    "All staff",
    "R&D",
    "Vertrieb Köln",
    "C++ guild",
    "Q1/Q2 planning",
    "O'Connell Street",
    "#incidents",
    "Année = 2",
]

_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L"})


def ascii_name(text: str) -> str:
    """Return the letters of a text that a user name may hold: ASCII, lower case; "user" when none is left.

    Apostrophes stay: Entra allows them in a user principal name.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS_WITHOUT_DECOMPOSITION))
    letters = decomposed.encode("ascii", "ignore").decode().lower().replace(" ", "")
    return letters or "user"


def user_name(given: str, family: str, number: int, domain: str) -> str:
    """Return a user principal name that no other `number` of this `domain` has; every third one holds a plus sign."""
    tag = "+ext" if number % 3 == 2 else ""
    return f"{ascii_name(given)}.{ascii_name(family)}{number}{tag}@{domain}"


def person(rng: random.Random, number: int, domain: str) -> dict[str, Value]:
    """Return the attributes of one user as a source maps them; every fourth has only the few that every source has."""
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    attributes: dict[str, Value] = {
        "userName": user_name(given, family, number, domain),
        "active": True,
        "displayName": f"{given} {family}",
        "name.formatted": f"{given} {family}",
        "name.familyName": family,
        "name.givenName": given,
        EMPLOYEE_NUMBER: str(10_000 + number),
    }
    if number % 4 == 3:
        return attributes
    return attributes | contact(rng, number) | mailbox(given, family, number, domain) | position(rng)


def mailbox(given: str, family: str, number: int, domain: str) -> dict[str, Value]:
    """Return the primary work e-mail of a new mailbox, with a plus sign in every second."""
    tag = "+scim" if number % 2 else ""
    local = f"{ascii_name(given)[0]}.{ascii_name(family)}.{number}{tag}"
    return {email("primary"): True, email("value"): f"{local}@mail.{domain}"}


def contact(rng: random.Random, number: int) -> dict[str, Value]:
    """Return phone numbers and the work address, formatted as people type them: a server must not reformat them."""
    street, city = rng.choice(STREETS)
    return {
        phone("work"): f"+44 (0)20 7946-{number % 10_000:04d}",
        phone("mobile"): f"07700 900{number % 1000:03d}",
        address("formatted"): f"{street}\n{city}",
        address("streetAddress"): street,
        address("locality"): city,
        address("postalCode"): f"0{1000 + number % 9000}",
        "preferredLanguage": rng.choice(LANGUAGES),
    }


def position(rng: random.Random) -> dict[str, Value]:
    """Return a job: title and department."""
    return {"title": rng.choice(TITLES), DEPARTMENT: rng.choice(DEPARTMENTS)}


def group_name(number: int, run: str) -> str:
    """Return the display name of group `number`, unique by its number and the run."""
    return f"{GROUPS[number % len(GROUPS)]} {number} [{run}]"
