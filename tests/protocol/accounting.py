"""Whether everything that a write sent is accounted for: readable afterwards, or named as ignored.

The rules here are those of RFC 7643 and 7644 and of docs/contributor/clients.md, by what ``/Schemas`` announces; nothing of the
service's own reading is used.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

from tests.protocol.client import Api

EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Declared:
    """An attribute as ``/Schemas`` announces it."""

    name: str
    type: str
    multi_valued: bool
    mutability: str
    sub_attributes: "dict[str, Declared]" = field(default_factory=dict)
    """By name in lower case."""

    @classmethod
    def read(cls, document: dict[str, Any]) -> "Declared":
        subs = [cls.read(each) for each in document.get("subAttributes", ())]
        return cls(
            document["name"],
            document["type"],
            document["multiValued"],
            document["mutability"],
            {each.name.lower(): each for each in subs},
        )


@dataclass(frozen=True)
class Announced:
    """What the endpoint announces of one resource type."""

    urn: str
    attributes: dict[str, Declared] = field(repr=False)
    """Those of the core schema, by name in lower case."""

    extensions: dict[str, dict[str, Declared]] = field(repr=False)
    """By URN."""

    open: frozenset[str] = frozenset()
    """The URNs of the extensions that take any attribute."""

    @classmethod
    def by(cls, api: Api, resource_type: str, open_urns: frozenset[str]) -> "Announced":
        described = api.get(f"/ResourceTypes/{resource_type}").json
        schemas = {each["id"]: each.get("attributes", []) for each in api.get("/Schemas").json["Resources"]}

        def of(urn: str) -> dict[str, Declared]:
            return {each["name"].lower(): Declared.read(each) for each in schemas[urn]}

        extensions = [each["schema"] for each in described.get("schemaExtensions", ())]
        return cls(described["schema"], of(described["schema"]), {urn: of(urn) for urn in extensions}, open_urns)


@dataclass
class Account:
    """What of a write is lost: neither stored nor ignored."""

    announced: Announced
    ignored: list[str]
    of_creation: frozenset[str] = frozenset()
    """Paths of attributes that only the creation of their entry stores; another value for an entry that is there is not lost."""

    added: bool = False
    """Whether values are added to a list; one that differs in case only is there already."""

    def lost_of_document(self, sent: dict[str, Any], stored: dict[str, Any]) -> list[str]:
        """Return the paths that are lost of a POST, a PUT or the value of a PATCH without path."""
        return [path for key, value in sent.items() for path in self._lost_of_key(key, value, stored)]

    def _lost_of_key(self, key: str, value: Any, stored: dict[str, Any]) -> Iterator[str]:
        urn = next((each for each in self.announced.extensions if each.lower() == key.lower()), None)
        if urn is not None:
            yield from self.lost_of_extension(urn, value, stored.get(urn, {}))
        elif key.lower() not in ("schemas", "id", "meta"):
            declared = self.announced.attributes.get(key.lower())
            yield from self.lost(key, declared, value, _member(stored, key))

    def lost_of_extension(self, urn: str, value: Any, stored: Any) -> Iterator[str]:
        for name, item in value.items() if isinstance(value, dict) else ():
            declared = self.announced.extensions[urn].get(name.lower())
            if declared is None and urn in self.announced.open:
                declared = Declared(name, "open", False, "readWrite")
            yield from self.lost(f"{urn}:{name}", declared, item, _member(stored, name))

    def lost(self, path: str, declared: Declared | None, sent: Any, stored: Any) -> Iterator[str]:
        """Yield the paths that are lost of a value."""
        if sent in EMPTY or path in self.of_creation or _recorded(path).lower() in map(str.lower, self.ignored):
            return
        if declared is None:
            yield path
        elif declared.multi_valued:
            held = stored if isinstance(stored, list) else []
            for entry in sent if isinstance(sent, list) else [sent]:
                candidates = [None, *held]  # the first for an entry of which nothing is left but ignored parts
                if entry not in EMPTY and all(
                    any(self._lost_of_value(path, declared, entry, each)) for each in candidates
                ):
                    yield f"{path} {entry!r}"
        else:
            while isinstance(sent, list) and len(sent) == 1:
                sent = sent[0]
            yield from self._lost_of_value(path, declared, sent, stored)

    def _lost_of_value(self, path: str, declared: Declared, sent: Any, stored: Any) -> Iterator[str]:
        if declared.type == "open" and isinstance(sent, dict):
            sent = _unwrapped(sent)
        if sent in EMPTY:
            return
        if declared.type == "complex":
            held = stored if isinstance(stored, dict) else {}
            if "value" not in declared.sub_attributes and isinstance(sent, dict):
                sent = _unwrapped(sent)
            for key, item in (sent if isinstance(sent, dict) else {"value": sent}).items():
                part = declared.sub_attributes.get(key.lower())
                yield from self.lost(f"{path}.{key}", part, item, _member(held, key))
            return
        if isinstance(sent, dict) and declared.type != "open":
            beside = {key: item for key, item in sent.items() if key.lower() != "value"}
            for key, item in beside.items():
                yield from self.lost(f"{path}.{key}", None, item, None)
            sent = next((item for key, item in sent.items() if key.lower() == "value"), None)
        if sent not in EMPTY and not self._same(declared, sent, stored):
            yield path

    def _same(self, declared: Declared, sent: Any, stored: Any) -> bool:
        if stored is None:
            return False
        if declared.type == "open":
            return isinstance(stored, str)  # which text an object becomes has tests of its own
        if declared.name == "$ref":
            return str(stored).rstrip("/").endswith(str(sent).rstrip("/").rpartition("/")[2])
        text = sent if isinstance(sent, str) else json.dumps(sent)
        if declared.type == "boolean":
            return text.lower() == str(stored).lower()
        if declared.type in ("integer", "decimal"):
            return float(text) == float(stored)
        return text == stored or (self.added and _folded(text) == _folded(str(stored)))


def _recorded(path: str) -> str:
    """Return how a record names an attribute: of a name with a space the first word."""
    name = path.partition("[")[0]
    word = name.partition(" ")[0]
    return name if word == name else f"{word}?"


def _unwrapped(sent: dict[str, Any]) -> Any:
    """Return what an object holds that has nothing but ``value``, as Microsoft's older jobs wrap every value."""
    held = {key.lower(): item for key, item in sent.items() if item is not None}
    return held["value"] if set(held) == {"value"} else sent


def _member(stored: Any, name: str) -> Any:
    held = stored.items() if isinstance(stored, dict) else ()
    return next((value for key, value in held if _folded(key) == _folded(name)), None)


def _folded(text: str) -> str:
    return normalize("NFC", normalize("NFC", text).lower())
