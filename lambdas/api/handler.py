"""The API function: a SCIM request on its way from API Gateway's event to the answer."""

import os
from functools import partial
from typing import Any

from botocore.config import Config

from lambdas import snapshots
from lambdas.api.callers import read_caller
from lambdas.api.event import Event
from lambdas.api.log import Record
from lambdas.api.priming import prime
from lambdas.api.requests import read_request
from lambdas.api.responses import Answer, write_answer
from lambdas.api.settings import Addressing, read_settings
from lambdas.environment.file import EndpointSettings, load_deployed
from lambdas.imports import complete_imports
from lambdas.retrying import request_time
from lambdas.scim.errors import UnexpectedException
from lambdas.store.client import open_client
from lambdas.store.directories import Directories
from lambdas.store.failures import scim_exception_of
from lambdas.store.schema import SchemaCheck
from lambdas.store.table import Table

AWS = Config(
    tcp_keepalive=True,
    connect_timeout=1,
    read_timeout=3,  # seconds; DynamoDB answers in milliseconds, and a new attempt is faster than a lost packet
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""The configuration of the DynamoDB client: three attempts end long before API Gateway's 29 seconds do."""


class Endpoint:
    """The endpoint of one environment: built once, when the function starts, and shared by all requests."""

    def __init__(self, environment: EndpointSettings, table: Table, addressing: Addressing) -> None:
        """Open the directories of an environment.

        :param addressing: Where the API lives in a URL, see :func:`lambdas.api.base_url.base_url_of`.
        """
        self.environment = environment
        self.table = table
        self.addressing = addressing
        self.directories = Directories.open(environment, table)
        self.schema = SchemaCheck(table)

    def serve(self, event: Event) -> Answer:
        """Serve one request: read it, let its directory handle it, write the answer and the log record.

        :param event: A Lambda proxy event of an API Gateway REST API.
        """
        self.table.meter.reset()
        record = Record(event)
        try:
            record.caller = caller = read_caller(event)
            record.request = request = read_request(event, caller, self.addressing)
            with request_time():
                self.schema.require()
                response = self.directories.handle(
                    caller.directory, request, record.trace, reader=caller.is_reader, connection=caller.connection
                )
            answer = write_answer(response, request)
        except Exception as exception:
            record.refusal = refusal = scim_exception_of(exception, record.request_id)
            if isinstance(refusal, UnexpectedException):
                record.failure(exception)
            response = self.directories.service.error_response(refusal)
            answer = write_answer(response, record.request)
        record.finish(response, self.table.meter, self.environment.name)
        return answer


# Built once, when the function is imported: this is what SnapStart keeps.
SETTINGS = read_settings(os.environ)
CLIENT, TRANSPORT = open_client(AWS)
TABLE = Table(CLIENT, SETTINGS.table_name)
ENDPOINT = Endpoint(load_deployed(), TABLE, SETTINGS.addressing)
snapshots.reseed_after_restore()
if TRANSPORT is not None:
    snapshots.before_snapshot(partial(prime, ENDPOINT.directories, TRANSPORT))
complete_imports()


def handler(event: Event, context: Any) -> Answer:
    """Serve one request.

    :param event: A Lambda proxy event of an API Gateway REST API.
    :param context: Lambda's context, which is not used.
    """
    return ENDPOINT.serve(event)
