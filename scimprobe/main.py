"""`scimprobe`: test any SCIM endpoint as identity providers would."""

import typer

from scimprobe.check.command import check
from scimprobe.simulate.command import simulate

app = typer.Typer(
    name="scimprobe",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # they could hold a token
)


@app.callback()
def scimprobe() -> None:
    """Test any SCIM 2.0 endpoint as Microsoft Entra ID, Okta and their validators would.

    `scimprobe check URL` sends what they send, one request pattern at a time, and explains each failure

    `scimprobe simulate URL` provisions a whole directory, changes it, and compares everything that it reads back
    """


app.command()(check)
app.command()(simulate)

if __name__ == "__main__":
    app()
