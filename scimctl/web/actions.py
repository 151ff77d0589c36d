"""What `scimctl console` does with an environment's console."""

from lambdas.operations.problems import Problem
from lambdas.operations.target import Target
from scimctl.targets import resolve


def urls(environment: str) -> dict[str, str]:
    """Return the console's ``url`` and its ``redirect_uri``.

    :raises Problem: When the environment has no console, or is not deployed.
    """
    target = target_with_console(environment)
    return {"url": f"{target.base_url}/console", "redirect_uri": f"{target.base_url}/console/sign-in/callback"}


def store_secret(environment: str, secret: str) -> str:
    """Store the client secret for sign-in and return the parameter's name.

    :raises Problem: When the secret is empty, or AWS refuses to store it.
    """
    if not secret:
        raise Problem("The client secret is empty. Nothing was stored.")
    return store_client_secret(target_with_console(environment), secret)


def store_client_secret(target: Target, secret: str) -> str:
    """Store the client secret of an environment's console and return the parameter's name.

    :raises Problem: When AWS refuses to store it.
    """
    name = f"/scim/{target.settings.name}/console"
    with target.aws_errors_as_problems():
        target.client("ssm").put_parameter(Name=name, Value=secret, Type="SecureString", Overwrite=True)
    return name


def target_with_console(environment: str) -> Target:
    """Return an environment that has a console.

    :raises Problem: When its file has none, or it is not deployed.
    """
    target = resolve(environment)
    if target.settings.console is None:
        raise Problem(
            f"Environment {environment} has no console: add [console] to environments/{environment}.toml, and deploy it."
        )
    return target
