"""The environments of a fleet: those of the files, or some of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from lambdas.environment import file as settings
from lambdas.environment.file import Environment, SettingsError
from lambdas.operations.problems import Problem


@dataclass(frozen=True)
class Member:
    """One environment of a fleet."""

    environment: Environment
    """Its file; for the local cloud, as it is there."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.environment.name

    @property
    def stack(self) -> str:
        """The name of its stack."""
        return f"scim-{self.name}"

    @property
    def account(self) -> str:
        """Its AWS account."""
        return self.environment.aws.account

    @property
    def region(self) -> str:
        """Its AWS region."""
        return self.environment.aws.region


@dataclass(frozen=True)
class Selection:
    """Which environments a command acts on."""

    names: Sequence[str] = ()
    """All when empty."""

    accounts: Sequence[str] = ()
    """All when empty."""

    local: bool = False
    """Whether to act in the local cloud, where any file can be deployed."""


def select(selection: Selection) -> list[Member]:
    """Return the selected environments in the order of the names, or else in that of the alphabet.

    A file for the local cloud alone is left out on AWS, unless it is named.

    :raises Problem: When a file is invalid, with the mistakes of all, or when nothing is selected.
    """
    names = list(dict.fromkeys(selection.names or settings.names()))
    members, mistakes = [], []
    for name in names:
        try:
            loaded = settings.load(name, "local" if selection.local else None, deployable=True)
        except SettingsError as error:
            mistakes.append(str(error))
            continue
        if loaded.local and not selection.local:
            if selection.names:
                mistakes.append(f"{name} is for the local cloud alone: use `scimctl --local fleet`, or leave it out.")
            continue
        account = settings.load(name).aws.account if selection.local else loaded.aws.account
        if not selection.accounts or account in selection.accounts:
            members.append(Member(loaded))
    if mistakes:
        raise Problem("\n".join(mistakes))
    if not members:
        raise Problem(
            f"No environment is selected. There are files for: {', '.join(settings.names()) or 'none'} in {settings.ENVIRONMENTS}."
        )
    return members


def waves(members: Sequence[Member], sizes: Sequence[int]) -> list[list[Member]]:
    """Return the waves of a deployment.

    :param sizes: How many environments each wave has; the last number holds for all further waves.
    """
    rest, planned = list(members), []
    for number in range(len(members)):
        if not rest:
            break
        size = sizes[min(number, len(sizes) - 1)]
        planned.append(rest[:size])
        rest = rest[size:]
    return planned


def wave_sizes(text: str) -> list[int]:
    """Return the sizes in the value of ``--waves``, such as ``1,5,20``.

    :raises Problem: When it is not a list of positive numbers.
    """
    parts = text.split(",")
    if not all(each.strip().isdecimal() and int(each) > 0 for each in parts):
        raise Problem(f'--waves is "{text}"; it must be positive numbers separated by commas, such as 1,5,20.')
    return [int(each) for each in parts]
