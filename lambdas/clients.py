"""The AWS clients of a function: botocore's, because importing boto3 takes longer. That of a request is in ``store.client``."""

from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config


def connector(config: Config) -> Callable[[str], Any]:
    """Return what gives the client of an AWS service, such as ``sqs``: one for each service.

    :param config: Time-outs and retries.
    """
    session = botocore.session.get_session()

    @cache
    def connect(service: str) -> Any:
        return session.create_client(service, config=config)

    return connect
