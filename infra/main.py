"""The CDK app: one stack, for the environment that ``-c environment=NAME`` names."""

import json

import aws_cdk as cdk

from infra import nag
from infra.stack import ScimStack
from lambdas.environment.file import ROOT, Environment


def build(environment: Environment, outdir: str | None = None) -> cdk.App:
    """Return the app for an environment, ready to be synthesized.

    The context of ``cdk.json`` is read here and not left to the command line, so that ``python app.py`` and a test
    make the same template as ``cdk deploy``.

    :param outdir: Where the assembly is written, or None for where the command line wants it.
    """
    app = cdk.App(
        context=json.loads((ROOT / "cdk.json").read_text())["context"],
        outdir=outdir,
        # Takes half the time of a synthesis, and the local cloud itself says which resource it refuses.
        builtin_cloud_formation_validation=not environment.local,
    )
    ScimStack(app, environment)
    nag.check(app)
    return app
