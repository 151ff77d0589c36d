"""``attributes`` that name values by a filter.

``GET /Users/2819c223?attributes=emails[type eq "work"]``: Microsoft's Postman collection (idp-behaviour 2.3). RFC 7644
section 3.9 knows only attributes, so the whole attribute is returned.
"""


def filtered_attribute(paths: str) -> str:
    """Return one or more paths without what brackets hold; as they are when a bracket is never closed.

    Reads each character once: the text is a stranger's, and a pattern would try it again from every bracket.
    """
    kept: list[str] = []
    inside = quoted = escaped = False
    for character in paths:
        if quoted:
            quoted = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif inside:
            inside, quoted = character != "]", character == '"'
        elif character == "[":
            inside = True
        else:
            kept.append(character)
    return paths if inside else "".join(kept)
