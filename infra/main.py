"""The CDK app."""

import json

import aws_cdk as cdk

from infra import nag
from infra.account import AccountStack
from infra.stack import ScimStack
from lambdas.environment.file import ROOT, Environment


def build(*environments: Environment, account_of: Environment | None = None, outdir: str | None = None) -> cdk.App:
    """Return the app with one stack per environment, ready to be synthesized.

    Code assets are built once for all environments. The context of ``cdk.json`` is read here rather than by the command line, so
    that ``python app.py`` and tests make the same template as ``cdk deploy``.

    :param account_of: An environment of the account and region whose shared stack to add.
    :param outdir: The folder of the assembly; None for the command line's.
    """
    app = cdk.App(
        context=json.loads((ROOT / "cdk.json").read_text())["context"],
        outdir=outdir,
        # Takes half the time of a synthesis, and the local cloud validates resources itself.
        builtin_cloud_formation_validation=not all(each.local for each in environments),
    )
    for environment in environments:
        ScimStack(app, environment)
    if account_of:
        AccountStack(app, account_of)
    nag.check(app)
    return app
