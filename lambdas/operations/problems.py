"""What stops an operation: exceptions with a text for the operator."""


class Problem(Exception):  # noqa: N818 -- the operator reads it as one
    """Stops an operation; its text says what is wrong and what to do."""

    @classmethod
    def missing_output(cls, name: str, place: str) -> "Problem":
        """Return the problem of a stack that has no output of this name.

        :param place: The stack, for example ``stack scim-acme in eu-central-1``.
        """
        return cls(
            f"{place[0].upper()}{place[1:]} has no output {name} yet: let its deployment finish, or deploy it again."
        )


class NotFound(Problem):
    """What the operator named does not exist."""


class Conflict(Problem):
    """Another change was made at the same time, and this one was not."""


class Refused(Problem):
    """The directory refuses the change, in the words of the SCIM error that an identity provider gets."""


class Incomplete(Problem):
    """Only a part of the change was made; repeating the operation makes the rest."""


class Unavailable(Problem):
    """AWS did not answer. A change may have been made nevertheless."""
