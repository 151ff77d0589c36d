"""Nothing that the operator has set for AWS or for proxies concerns a cloud on this machine."""

import os


def isolate() -> None:
    """Remove the operator's AWS settings from this process and its children, and exclude 127.0.0.1 from proxies.

    An AWS_PROFILE that does not exist, a session that expired or an endpoint of another service would else stop boto3
    and the CDK; and nothing that is meant for the local cloud can reach AWS with the operator's credentials.
    """
    for name in [name for name in os.environ if name.startswith(("AWS_", "CDK_"))]:
        del os.environ[name]
    os.environ |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = f"{named},127.0.0.1" if named else "127.0.0.1"
