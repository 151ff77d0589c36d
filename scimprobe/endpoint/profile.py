"""What may be sent to an endpoint, and what it must then answer: its announcement and its operator's rules together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from scimprobe.endpoint import values
from scimprobe.endpoint.announcement import Announcement, Attribute, is_top
from scimprobe.endpoint.paths import KINDS, Kind, Value, parent, plain
from scimprobe.endpoint.rules import NO_RULES, Extension, Rules

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"
"""The extension that every client maps; the people of a run have its attributes anyway."""

_LISTS = frozenset({"emails", "phonenumbers", "addresses", "ims", "photos", "roles", "entitlements"})
"""The multi-valued complex attributes of users, in lower case."""

_PROVIDED: Mapping[Kind, frozenset[str]] = {
    "User": frozenset({"username", "id", "schemas", "meta", "groups", "password", f"{ENTERPRISE}:manager"}),
    "Group": frozenset({"displayname", "id", "schemas", "meta", "members"}),
}
"""Attributes that every body has, or that cannot be invented."""


class Profile:
    """One endpoint, as a run sees it."""

    def __init__(self, announcement: Announcement | None = None, rules: Rules = NO_RULES, marker: str = "") -> None:
        """Merge what the endpoint announces with its operator's rules; without either nothing is adapted.

        :param marker: What every value of the run that is unique contains.
        """
        self._marker = marker
        self.announcement = announcement or Announcement()
        self.rules = rules
        self._attributes: dict[Kind, dict[str, Attribute]] = {kind: self._merged(kind) for kind in KINDS}
        self._chosen: dict[tuple[Kind, str], dict[str, str]] = {}

    def _merged(self, kind: Kind) -> dict[str, Attribute]:
        """Return the attributes of a type with everything that holds for them, by path in lower case."""
        attributes = dict(self.announcement.attributes[kind])
        for extension in self.extensions(kind):
            for each in extension.attributes:
                path = f"{extension.urn}:{each.name}"
                declared = Attribute(path, each.type, each.multi_valued, mutability=each.mutability)
                found = attributes.get(path.lower(), declared)
                attributes[path.lower()] = replace(found, type=each.type, multi_valued=each.multi_valued)
        rules = self.rules.attributes[kind]
        for path in (*rules.required, *rules.unique, *rules.allowed):
            key = path.lower()
            found = attributes.get(key, Attribute(path))
            attributes[key] = replace(
                found,
                required=found.required or path in rules.required,
                unique=found.unique or path in rules.unique,
                values=rules.allowed.get(path, found.values),
            )
        return attributes

    # What is known -----------------------------------------------------------------------------------------------

    def extensions(self, kind: Kind) -> Iterator[Extension]:
        """Return the extensions that the rules declare for a resource type."""
        return (each for each in self.rules.extensions if each.resource == kind)

    def attribute(self, kind: Kind, path: str) -> Attribute | None:
        """Return what is known of the attribute that a path names; None when it is not announced."""
        return self._attributes[kind].get(plain(path))

    def defaults(self, kind: Kind) -> Mapping[str, Value]:
        """Return the values that a resource gets when it is sent without them, by path."""
        return self.rules.attributes[kind].defaults

    def may_be_empty(self, kind: Kind, path: str) -> bool:
        """Return whether a client may leave an attribute without a value, and finds it so afterwards."""
        bound = {each.path.lower() for each in self._attributes[kind].values() if each.required}
        bound |= {each.lower() for each in self.defaults(kind)}
        return plain(path) not in bound and parent(plain(path)) not in bound - {plain(path)}

    @property
    def roles(self) -> tuple[str, ...]:
        """The values of roles that mean something here; empty when none are known."""
        if "roles" in self.rules.permissions.sources:
            return tuple(id_ for id_, _ in self.rules.permissions.sets)
        found = self.attribute("User", "roles.value")
        return found.values if found else ()

    # What is sent ------------------------------------------------------------------------------------------------

    def fit(self, kind: Kind, attributes: Mapping[str, Value], tag: str) -> dict[str, Value]:
        """Return the attributes of a new resource as the endpoint takes them.

        Values that it does not allow are replaced, and what it requires is added.

        :param attributes: By path, as a mapping writes it.
        :param tag: A text that no other resource of the directory has, with the run's marker in it.
        """
        fitted = self.adapt(kind, attributes, tag)
        there = {plain(path) for path in fitted}
        for each in self._missing(kind, there):
            invented = values.invent(each, tag)
            if invented is not None:
                fitted[self.mapped(kind, each.path)] = invented
        return fitted

    def adapt(self, kind: Kind, attributes: Mapping[str, Value], tag: str) -> dict[str, Value]:
        """Return the attributes with values that the endpoint allows, in place of those that it does not."""
        return {path: self._adapted(kind, path, value, tag) for path, value in attributes.items()}

    def _adapted(self, kind: Kind, path: str, value: Value, tag: str) -> Value:
        known = self.attribute(kind, path)
        if known is None or not isinstance(value, str):
            return value
        if known.values and plain(path) not in ("username", "displayname" if kind == "Group" else ""):
            return self._allowed(kind, known, value)
        is_own = (self._marker and self._marker in value) or plain(path) in _PROVIDED[kind]
        return value if not known.unique or is_own else f"{value} {tag}"

    def _allowed(self, kind: Kind, attribute: Attribute, value: str) -> str:
        """Return the value itself when it is allowed; else one that is, as different from the last ones as there are."""
        for each in attribute.values:
            if each.casefold() == value.casefold():
                return each
        chosen = self._chosen.setdefault((kind, attribute.path), {})
        return chosen.setdefault(value, attribute.values[len(chosen) % len(attribute.values)])

    def _missing(self, kind: Kind, there: set[str]) -> Iterable[Attribute]:
        """Return the required attributes that must be sent: of a complex one its required parts; none that has a default."""
        covered = {*there, *(path.lower() for path in self.defaults(kind))}
        for each in self._attributes[kind].values():
            name = parent(each.path).lower()
            if not each.required or name in _PROVIDED[kind] or each.path.lower() in covered:
                continue
            has_required_parts = any(
                other.required and parent(other.path).lower() == name and not is_top(other)
                for other in self._attributes[kind].values()
            )
            if is_top(each) and (has_required_parts or any(parent(path) == name for path in there)):
                continue
            yield each

    def mapped(self, kind: Kind, path: str) -> str:
        """Return the path by which a mapping sets an attribute: an element of a list is selected by its type.

        An endpoint that announces nothing is taken to have the lists of RFC 7643 section 4.1.2.
        """
        top, has_parts = self.attribute(kind, parent(path)), parent(path) != path
        is_list = top.multi_valued if top else parent(path).lower() in _LISTS
        if not has_parts or not is_list:
            return path
        kinds = self.attribute(kind, f"{parent(path)}.type")
        return values.mapped(path, kinds.values[0] if kinds and kinds.values and "work" not in kinds.values else "work")

    # Extensions --------------------------------------------------------------------------------------------------

    def own_values(self, kind: Kind, number: int, tag: str) -> dict[str, Value]:
        """Return values for the attributes of the endpoint's own extensions, open ones included.

        :param number: Another number gives other values.
        """
        found = {each.path: values.example(each, number, tag) for each in self.own_attributes(kind)}
        extra = {path: value for path, value in found.items() if value is not None}
        for extension in self.extensions(kind):
            if extension.is_open:
                extra |= values.open_attributes(extension.urn, number)
        return self.adapt(kind, extra, tag)

    def own_attributes(self, kind: Kind) -> list[Attribute]:
        """Return the writable attributes of the extensions that no RFC defines."""
        rfc = (ENTERPRISE, "urn:ietf:params:scim:schemas:core:")
        return [
            each
            for each in self._attributes[kind].values()
            if ":" in each.path and not each.path.lower().startswith(rfc) and is_top(each) and each.is_writable
        ]

    def is_immutable(self, kind: Kind, path: str) -> bool:
        """Return whether an attribute is set once and never changed."""
        found = self.attribute(kind, path)
        return found is not None and found.mutability == "immutable"
