"""`scimctl console`: what the web console of an environment needs to be signed in to, and where it is."""

import sys
import webbrowser

import typer

from scimctl.options import EnvironmentOption, Output, OutputOption
from scimctl.web import sessions_command

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(sessions_command.app, name="sessions")


@app.callback()
def web_console() -> None:
    """Set up and open the web console of an environment."""


@app.command()
def show(environment: EnvironmentOption, output: OutputOption = Output.TEXT) -> None:
    """Show the console's address and the redirect URI to register at the identity provider.

    **Examples**

    `scimctl console show --environment acme`

    `scimctl console show --environment acme --output json` prints `url` and `redirect_uri`
    """
    import json

    from scimctl.web import actions

    urls = actions.urls(environment)
    if output is Output.JSON:
        typer.echo(json.dumps(urls, indent=2))
        return
    typer.echo(f"Console       {urls['url']}\nRedirect URI  {urls['redirect_uri']}")


@app.command()
def secret(environment: EnvironmentOption) -> None:
    """Store the client secret for sign-in, as a SecureString in Systems Manager Parameter Store.

    The secret is read from standard input, without an echo at a terminal, so that it is in no shell history. The console uses a new
    secret within five minutes.

    **Examples**

    `scimctl console secret --environment acme`

    `scimctl console secret --environment acme < secret.txt`
    """
    from scimctl.web import actions

    if sys.stdin.isatty():
        value = typer.prompt("Client secret", hide_input=True, confirmation_prompt=False)
    else:
        value = sys.stdin.readline()
    name = actions.store_secret(environment, value.strip())
    typer.echo(f"Stored in the parameter {name}.")


@app.command(name="open")
def open_console(environment: EnvironmentOption) -> None:
    """Open the console in a browser.

    **Example**

    `scimctl console open --environment acme`
    """
    from scimctl.web import actions

    url = actions.urls(environment)["url"]
    typer.echo(url)
    webbrowser.open(url)
