"""Runs the product beside the local cloud: `make example`. It is not part of the product, and nothing here is to be copied.

It does what an operator does for a product and Entra ID for its users, and stops what it started.
"""

import argparse
import contextlib
import secrets
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import urllib3

from examples.product.__main__ import server_of
from examples.product.directory import Directory
from examples.product.product import Product
from examples.product.settings import Settings
from lambdas.credentials.scopes import Scope
from lambdas.environment.file.webhooks import LOCAL_RECEIVER
from lambdas.eventing.signing import Secrets, parameter_name
from lambdas.operations.connections import Connections, GeneratedToken
from lambdas.operations.journal import Journal
from lambdas.operations.permissions import PermissionOperations
from lambdas.operations.problems import Problem
from lambdas.operations.resources import Resources
from lambdas.operations.target import Target
from lambdas.operations.webhook_secrets import WebhookSecrets
from scimctl import console, local_state, targets
from scimctl.local import cloud, isolation, lifecycle, lock, provider, signals
from scimprobe.endpoint.paths import Value
from scimprobe.simulate import entra
from scimprobe.simulate.attributes import flatten
from scimprobe.simulate.dialect import Dialect

GUEST = "guest@example.com"
"""A user who is not in the identity provider."""

ASSIGNED = ("grace", "alan", "joan")
"""The provider's users whom Entra ID provisions; Joan is disabled."""


def main() -> None:
    """Run the product until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m examples.product.local")
    parser.add_argument("--environment", default="forms-admin", help="has [events], a webhook and mapped groups")
    parser.add_argument("--directory", help="its own by default")
    parser.add_argument("--port", type=int, help="of the local cloud, if it is not running")
    parser.add_argument("--url", default=LOCAL_RECEIVER.partition("/hooks")[0], help="of the product, on 127.0.0.1")
    options = parser.parse_args()
    isolation.isolate()
    signals.act_like_ctrl_c()
    try:
        with running_cloud(options.environment, options.port) as target:
            serve(target, options.directory, options.url)
    except Problem as problem:
        console.show_problem(str(problem))
        sys.exit(1)


@contextlib.contextmanager
def running_cloud(environment: str, port: int | None) -> Iterator[Target]:
    """Yield an environment in the local cloud, which is started before and stopped afterwards unless it runs already."""
    folder = local_state.default_directory()
    found_running = cloud.running(folder) is not None
    with lock.held(folder):
        lifecycle.bring_up(folder, [environment], None if found_running else port)
    try:
        yield targets.resolve(environment, folder, local=True)
    finally:
        if not found_running:
            with signals.postponed(), lock.held(folder, wait=True):
                lifecycle.take_down(folder)


def serve(target: Target, directory: str | None, url: str) -> None:
    """Provision the users and serve the product until Ctrl-C."""
    with connection(target, directory, Scope.PROVISION) as job, connection(target, directory, Scope.READ) as reading:
        groups = provision(Entra(job))
        resources = Resources(target, directory)
        sets = target.settings.permissions.sets
        operations = PermissionOperations(resources)
        for group, granted in zip(groups, (sets, sets[:1]), strict=True):
            operations.map_group({"id": group, "displayName": None}, granted)
        if resources.find("User", GUEST) is None:
            resources.create_user(Journal(target), {"userName": GUEST})
        product = product_of(target, reading, url)
        server = server_of(product)
        show(product, target)
        with contextlib.suppress(KeyboardInterrupt), server:
            server.serve_forever()


@contextlib.contextmanager
def connection(target: Target, directory: str | None, scope: Scope) -> Iterator[GeneratedToken]:
    """Yield a new connection, which is deleted afterwards."""
    connections = Connections(target)
    generated = connections.generate(directory=directory, label="make example", scope=scope)
    try:
        yield generated
    finally:
        with signals.postponed():
            connections.delete(connections.connection(generated.connection.id).connection)


class Entra:
    """A provisioning job of Entra ID, with the requests that `scimctl simulate` sends."""

    def __init__(self, generated: GeneratedToken) -> None:
        """Open a job with its Tenant URL and Secret Token."""
        self.url = generated.tenant_url
        self.headers = {"Authorization": f"Bearer {generated.secret_token}", "Content-Type": "application/scim+json"}
        self.http = urllib3.PoolManager(
            timeout=60, retries=urllib3.Retry(5, backoff_factor=1, status_forcelist=[429, 503])
        )

    def user(self, user: provider.User, *, active: bool) -> str:
        """Create a user, or update the one that there is, and return its id."""
        wanted: dict[str, Value] = {
            "externalId": user.object_id,
            "userName": user.user_name,
            "active": active,
            "displayName": user.name,
        }
        found = self.match("User", "userName", user.user_name)
        if found is None:
            return str(self.send("POST", "/Users", entra.user_body(Dialect.ENTRA, wanted, string_active=True))["id"])
        if operations := entra.change(Dialect.ENTRA, flatten(found), wanted):
            self.send("PATCH", f"/Users/{found['id']}", entra.patch_body(operations))
        return str(found["id"])

    def group(self, name: str, *members: str) -> str:
        """Create a group unless there is one, add members, and return its id."""
        found = self.match("Group", "displayName", name)
        if found is None:
            found = self.send("POST", "/Groups", entra.group_body({"displayName": name}, empty_members=False))
        added = entra.add_members(Dialect.ENTRA, members)
        self.send("PATCH", f"/Groups/{found['id']}", entra.patch_body(added))
        return str(found["id"])

    def match(self, kind: str, attribute: str, name: str) -> dict[str, Any] | None:
        """Return the user or group with a name, or None."""
        found = self.send("GET", f"/{kind}s?{entra.match_query(kind, attribute, name)}")["Resources"]
        return found[0] if found else None

    def send(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Send one request and return the body of the answer.

        :raises Problem: When it fails.
        """
        answer = self.http.request(method, self.url + path, headers=self.headers, json=body)
        if answer.status >= 400:
            raise Problem(f"{method} {path.partition('?')[0]} returned {answer.status}: {answer.data.decode()[:300]}")
        return answer.json() if answer.data else {}


def provision(job: Entra) -> tuple[str, str]:
    """Provision the users and two groups, and return the ids of the groups: administrators and readers."""
    grace, alan, joan = (job.user(provider.USERS[each], active=each != "joan") for each in ASSIGNED)
    return job.group("Example administrators", grace), job.group("Example readers", alan, joan)


def product_of(target: Target, reading: GeneratedToken, url: str) -> Product:
    """Return the product with its settings: what an operator gives to its developer."""
    process = local_state.read_process(local_state.default_directory())
    if process is None or not target.settings.webhooks:
        raise Problem(f"environments/{target.settings.name}.toml has no [[webhooks]].")
    settings = Settings(
        url=url,
        tenant_url=reading.tenant_url,
        scim_token=reading.secret_token,
        webhook_secret=webhook_secret(target),
        issuer=provider.authority_on(process.sign_in_port),
        tenant=provider.TENANT,
        client_id="product",
        client_secret=provider.CLIENT_SECRET,
        desktop_client_id="product-desktop",
        cookie_key=secrets.token_hex(),
        administrators=target.settings.permissions.sets[-1].id,
    )
    return Product(settings, Directory(settings.tenant_url, settings.scim_token))


def webhook_secret(target: Target) -> str:
    """Return the secret of the environment's first webhook, which is made once: a rotated one is used only after a minute."""
    webhook, ssm = target.settings.webhooks[0].id, target.client("ssm")
    try:
        name = parameter_name(target.settings.name, webhook)
        return Secrets.parse(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]).current
    except ssm.exceptions.ParameterNotFound:
        return WebhookSecrets(target).rotate(webhook, timedelta(0))


def show(product: Product, target: Target) -> None:
    """Print the addresses, who can sign in and what to try."""
    python = Path(sys.executable)
    program = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    name = target.settings.name
    lines = [
        ("Product", product.settings.url),
        ("Desktop client", f"{program} -m examples.product.desktop {product.settings.url}"),
        ("Console", f"{target.base_url}/console" if target.settings.console else "none"),
        ("", ""),
        *(("Sign in as", f"{each.name} ({each.note})") for each in provider.USERS.values()),
        ("", f"{GUEST} with a password: Grace makes a link to set it"),
        ("", ""),
        ("Try", f"{program.parent}/scimctl --local users disable grace.hopper@example.com --environment {name}"),
        ("", "Grace is signed out of both clients within seconds."),
    ]
    for label, text in lines:
        console.out.print(f"{label:<16}{text}".rstrip(), markup=False, soft_wrap=True)
    console.err.print("Press Ctrl-C to end.")


if __name__ == "__main__":
    main()
