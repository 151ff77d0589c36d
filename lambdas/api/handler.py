"""The API function: the way of one SCIM request, from API Gateway's event to the answer."""

import os
from typing import Any

import boto3
from botocore.config import Config

from lambdas.api.callers import read_caller
from lambdas.api.errors import UnforeseenException, error_response, scim_exception_of
from lambdas.api.event import Event
from lambdas.api.log import Record
from lambdas.api.requests import read_request
from lambdas.api.responses import Answer, write_answer
from lambdas.api.settings import Addressing, read_settings
from lambdas.environment.file import Environment, load_deployed
from lambdas.environment.product import Product
from lambdas.environment.provider import build_provider
from lambdas.environment.rules import EnvironmentRules
from lambdas.retrying import request_time
from lambdas.scim.handler import DirectoryHandler
from lambdas.scim.service import DirectoryService
from lambdas.store.secrets import cursor_secret
from lambdas.store.storage import DynamoStorage
from lambdas.store.system_groups import SystemGroups
from lambdas.store.table import Table

AWS = Config(
    tcp_keepalive=True,
    connect_timeout=1,
    read_timeout=3,  # seconds; DynamoDB answers in milliseconds, and a lost packet is better asked for again
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""How DynamoDB is called: three attempts end long before API Gateway's 29 seconds do."""


class Endpoint:
    """The endpoint of one environment: what is built once, when the function starts, and shared by all requests."""

    def __init__(self, environment: Environment, table: Table, addressing: Addressing) -> None:
        """Take the environment's checked file, its table, and how URLs are told from events."""
        self.environment = environment
        self.table = table
        self.addressing = addressing
        self.provider = build_provider(environment)
        self.product = Product.of(environment)
        self.system_groups = SystemGroups(environment.permissions)
        self.service = DirectoryService(
            self.provider, cursor_secret(table), EnvironmentRules(environment, self.provider)
        )

    def serve(self, event: Event) -> Answer:
        """Serve one request: read it, let the directory's handler do it, write the answer, leave a record.

        :param event: A Lambda proxy event of an API Gateway REST API.
        """
        self.table.meter.reset()
        record = Record(event)
        try:
            record.caller = caller = read_caller(event)
            record.request = request = read_request(event, caller, self.addressing)
            storage = DynamoStorage(self.table, caller.directory, self.provider, self.product)
            with request_time():
                self.system_groups.ensure(storage.reader, storage.writer)
                response = DirectoryHandler(self.service, storage, record.trace).handle(request)
            answer = write_answer(response, request)
        except Exception as exception:
            refusal = scim_exception_of(exception, record.request_id)
            if isinstance(refusal, UnforeseenException):
                record.failure(exception)
            response = error_response(refusal, self.service)
            answer = write_answer(response, record.request)
        record.finish(response, self.table.meter, self.environment.name)
        return answer


# Built when the function is imported, once: what SnapStart keeps.
SETTINGS = read_settings(os.environ)
TABLE = Table(boto3.client("dynamodb", config=AWS), SETTINGS.table_name)
ENDPOINT = Endpoint(load_deployed(), TABLE, SETTINGS.addressing)


def handler(event: Event, context: Any) -> Answer:
    """Serve one request.

    :param event: A Lambda proxy event of an API Gateway REST API.
    :param context: Lambda's context, which nothing here needs.
    """
    return ENDPOINT.serve(event)
