"""`scimctl directories delete`: its steps, and what remains afterwards."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from rich.text import Text

from lambdas.environment.file import Environment
from lambdas.operations.directories import Directories, DirectorySummary
from lambdas.operations.journal import Journal
from lambdas.operations.target import Target
from lambdas.store import directory_list
from lambdas.store.directory_list import ListedDirectory
from scimctl import console
from scimctl.connections.show import print_json
from scimctl.console import Step
from scimctl.maintenance.deletion import delete_items
from scimctl.options import confirm
from scimctl.targets import resolve

RECOVERY_DAYS = 35
"""Days for which point-in-time recovery keeps what was deleted (AWS limit)."""


def run(environment: str, directory_id: str, *, yes: bool, as_json: bool) -> None:
    """Delete a directory after a confirmation, and print what remains.

    :raises NotFound: When there is no such directory.
    :raises Problem: When the table or the log cannot be reached; running it again resumes.
    """
    target = resolve(environment)
    directories = Directories(target)
    found = directories.directory(directory_id)
    confirm(_consequence(found), yes=yes)
    deleted = delete(directories, directory_id, wait=timedelta(seconds=target.settings.api.authorizer_cache_seconds))
    left = list(remaining(target))
    if as_json:
        print_json({"directory": directory_id, "deleted_items": deleted, "remaining": left})
        return
    console.out.print(
        Text(f"Directory {directory_id} is deleted: {deleted:,} items. What remains of it:"), soft_wrap=True
    )
    for each in left:
        console.out.print(Text(f"- {each}"), soft_wrap=True)


def delete(
    directories: Directories,
    directory_id: str,
    *,
    wait: timedelta,
    show: Callable[[str], AbstractContextManager[Step]] = console.step,
) -> int:
    """Delete a directory, and return the number of deleted items.

    :param wait: How long tokens that were checked before may still be accepted.
    :param show: Shows each step.
    :raises Problem: When the table or the log cannot be reached; running it again resumes.
    """
    target = directories.target
    journal = Journal(target)
    with show("Deleting its connections") as step:
        closed = directories.close(directory_id)
        step.note = f"{len(closed.connections):,}"
    _wait(closed, wait, show)
    with target.aws_errors_as_problems(), show(f"Deleting directory {directory_id}") as step:
        deleted = delete_items(directories.table, closed, step.update)
        directory_list.remove(directories.table, directory_id)
        step.note = f"{deleted:,} items"
    directories.record(journal, directory_id, "delete directory", f"{deleted:,} items deleted")
    return deleted


def _wait(closed: ListedDirectory, wait: timedelta, show: Callable[[str], AbstractContextManager[Step]]) -> None:
    """Wait until no token is accepted that was checked before the connections were deleted."""
    assert closed.closed is not None  # noqa: S101 -- it was marked before
    ends = closed.closed + wait
    if datetime.now(UTC) >= ends:
        return
    with show("Waiting until no token is accepted") as step:
        while (left := (ends - datetime.now(UTC)).total_seconds()) > 0:
            step.update(f"{left:.0f} s")
            time.sleep(min(left, 1.0))


def _consequence(directory: DirectorySummary) -> str:
    if directory.closed:
        return f"The deletion of directory {directory.id}, which began on {directory.closed:%Y-%m-%d %H:%M}, will be resumed."
    own = " It is the environment's own directory." if directory.is_own else ""
    return (
        f"Directory {directory.id} will be deleted with {directory.users:,} users, {directory.groups:,} groups and "
        f"{directory.connections:,} connections. Only a backup brings it back.{own}"
    )


def remaining(target: Target) -> Iterator[str]:
    """Yield what a deletion does not reach: backups and the log."""
    yield f"Point-in-time recovery of table {target.table_name} holds it for {RECOVERY_DAYS} days."
    settings = target.settings
    if isinstance(settings, Environment):
        if settings.backup:
            yield (
                f"AWS Backup keeps daily backups for {settings.backup.keep_days} days, with copies in {settings.backup.copy_to}."
            )
        yield (
            f"The SCIM log {target.log_group_name} names its users and groups in records of the last "
            f"{settings.logs.retention_days} days."
        )
    yield "Tables that operators restored or exported from backups, and the product's own data, are not deleted."
