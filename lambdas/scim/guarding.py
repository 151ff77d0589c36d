"""The guard against mass deprovisioning, as a request meets it."""

from collections import Counter
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass

from lambdas.scim.errors import HeldException


@dataclass(frozen=True)
class GuardResult:
    """How many users a connection deprovisioned within an hour, those of this request among them, and what follows from it."""

    count: int
    """The number of users, refused ones included."""

    limit: int
    """The number that is usual."""

    held: bool
    """Whether the change must not be made."""

    is_first: bool
    """Whether the limit is exceeded, and no other request reported it within the hour."""

    counted_at: float
    """When the users were counted, in seconds since 1970."""


class DeprovisioningGuard:
    """The guard against mass deprovisioning, for one request of an identity provider."""

    def __init__(
        self,
        count: Callable[[int], GuardResult],
        limit: Callable[[], int],
        give_back: Callable[[int, float], None],
    ) -> None:
        """Create it.

        :param count: Counts a number of users, and returns the result.
        :param limit: Returns how many users are usual within an hour.
        :param give_back: Subtracts a number of users that were counted at a moment.
        """
        self._count = count
        self._give_back = give_back
        self.limit = limit
        self._results: dict[str, GuardResult] = {}
        self.result: GuardResult | None = None
        """The result to log: the first above the limit that no other request reported, or else the last."""

    def check(self, losses: Iterable[str]) -> Set[str]:
        """Count what users are about to lose, once for each request, however often a lost race or a bulk request repeats it.

        :param losses: What identifies each loss: the id of a user who is disabled or deleted, or the ids of a group and of a member
            who leaves it.
        :return: Those that this call counted, and no earlier one of the request.
        :raises HeldException: When the guard holds one of them.
        """
        named = set(losses)
        new = named - self._results.keys()
        if new:
            result = self._count(len(new))
            self._results |= dict.fromkeys(new, result)
            if self.result is None or not self.result.is_first:
                self.result = result
        held = [result for each in named if (result := self._results[each]).held]
        if held:
            raise HeldException(count=held[0].count, limit=held[0].limit)
        return new

    def give_back(self, losses: Set[str]) -> None:
        """Subtract losses that did not happen, so that the retry of a request that failed is not held for them.

        :param losses: Some of those that one call of :meth:`check` returned.
        """
        for moment, number in Counter(self._results[each].counted_at for each in losses).items():
            self._give_back(number, moment)
        for each in losses:
            del self._results[each]
