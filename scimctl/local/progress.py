"""How far `cdk deploy` is: the resources of all stacks that it deploys, counted from its output."""

import re

_LINE = re.compile(r"^(\S+) \|\s*(\d+)/(\d+) \|")
"""A line of `--progress events`: `scim-local |  4/62 | 10:15:01 AM | CREATE_COMPLETE | ...`."""


class Progress:
    """Counts resources. The CDK counts some twice, so that it ends above the number of a stack's resources.

    >>> progress = Progress()
    >>> progress.read("scim-a |  4/62 | 10:15:01 AM | CREATE_COMPLETE | AWS::SNS::Topic | Topic")
    '4 of 62 resources'
    >>> progress.read("scim-b | 40/38 | 10:15:02 AM | CREATE_COMPLETE | AWS::SNS::Topic | Topic")
    '42 of 100 resources'
    >>> progress.read("scim-b: creating CloudFormation changeset...")
    """

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}

    def read(self, line: str) -> str | None:
        """Return the progress, such as ``12 of 97 resources``; None when the line does not change it."""
        found = _LINE.match(line)
        if found is None:
            return None
        total = int(found[3])
        self._counts[found[1]] = (min(int(found[2]), total), total)
        done, of = (sum(each) for each in zip(*self._counts.values(), strict=True))
        return f"{done} of {of} resources"
