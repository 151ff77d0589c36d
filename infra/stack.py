"""The stack of one environment."""

import aws_cdk as cdk
from constructs import Construct

from infra import functions, nag, permissions
from infra.alarms import Alarms
from infra.api import ScimApi
from infra.changes import ChangesSource, DeadLetters
from infra.console import Console
from infra.domain import CustomDomain
from infra.encryption import customer_key, use_of_key
from infra.environment_log import EnvironmentLog
from infra.events import ChangeEvents
from infra.functions import Spec
from infra.governance import govern
from infra.layers import Layers
from infra.options import add_options
from infra.outputs import add_outputs
from infra.stack_parts import StackParts
from infra.table import DirectoryTable
from infra.target import Target
from infra.token import TokenRoutes
from infra.unknown_paths import answer_unknown_paths
from infra.versioned_function import VersionedFunction
from infra.watch import Watch
from infra.webhooks import Webhooks
from lambdas.environment.file import Environment


class ScimStack(StackParts):
    """All AWS resources of one environment. The name of the stack is ``scim-`` and the environment's name."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(
            scope,
            f"scim-{environment.name}",
            description=environment.description,
            env=cdk.Environment(account=environment.aws.account, region=environment.aws.region),
            # With IAM enforced, the local cloud refuses the bootstrap's roles at the staging bucket.
            synthesizer=cdk.CliCredentialsStackSynthesizer() if environment.local else None,
            termination_protection=environment.aws.termination_protection,
            analytics_reporting=False,
        )
        self.environment_file = environment
        self.target = Target.of(environment)
        self.key = customer_key(self, environment)
        self.layers = Layers(self, "Layers", environment)
        self.log = EnvironmentLog(self, "Log", environment, self.key)
        self.directory = DirectoryTable(self, "Directory", environment, self.key)
        self.dead_letters = DeadLetters(self, "DeadLetters", self.key, over_tls=not environment.local)
        self._add_functions()
        self.scim_api = ScimApi(
            self,
            "ScimApi",
            environment,
            scim=self.scim.alias,
            authorizer=self.authorizer.alias,
            log_group=self.log.group,
        )
        self.domain = (
            CustomDomain(self, "Domain", environment.domain, self.scim_api.api) if environment.domain else None
        )
        TokenRoutes(self, "TokenRoutes", environment, api=self.scim_api.api, token=self.token.alias)
        self.console = Console(self, "Console", self) if environment.console else None
        answer_unknown_paths(self.scim_api.api)
        self.alarms = Alarms(self, "Alarms", environment, self.key)
        self.change_events = ChangeEvents(self, "ChangeEvents", self) if environment.has_bus else None
        if self.change_events and environment.webhooks:
            Webhooks(self, "Webhooks", self, self.change_events.bus)
        self.watch = Watch(self, "Watch", self, self.change_events) if environment.watch else None
        self._watch()
        add_options(self)
        add_outputs(self)
        govern(self, environment)
        self._acknowledge_findings()

    def _add_functions(self) -> None:
        table, stream = self.directory.table.table_arn, self.directory.stream_arn
        self.scim = self._function("Scim", functions.API, {"Table": permissions.scim_table(table)})
        tokens = {"Table": permissions.authorizer_table(table)}
        self.authorizer = self._function("Authorizer", functions.TOKEN_CHECK, tokens)
        sweep = {
            "Table": permissions.changes_table(table, stream),
            "DeadLetters": permissions.dead_letters(self.dead_letters.queue.queue_arn),
        }
        self.changes = self._function("Changes", functions.CHANGES, sweep, "sqs")
        ChangesSource(
            self,
            "ChangesSource",
            self.environment_file,
            stream_arn=stream,
            alias=self.changes.alias,
            dead_letters=self.dead_letters,
        )
        clients = {"Table": permissions.token_table(table)}
        self.token = self._function("Token", functions.TOKEN_ENDPOINT, clients)
        if not self.target.compiler:
            missing = f"The functions' code is not compiled, because Python {self.target.python} is not installed."
            cdk.Annotations.of(self).add_warning_v2("scim:not-compiled", f"{missing} Functions start more slowly.")

    def _function(
        self, name: str, spec: Spec, statements: permissions.Statements, *encrypted: str
    ) -> VersionedFunction:
        """Add a function.

        :param encrypted: The services besides DynamoDB through which it uses the customer's key.
        """
        key = use_of_key(self, self.environment_file, "dynamodb", *encrypted)
        role = permissions.function_role(
            self, f"{name}Role", self.log.group, {**statements, **({"Key": key} if key else {})}
        )
        return VersionedFunction(
            self,
            name,
            self.environment_file,
            spec=spec,
            layers=self.layers,
            role=role,
            log_group=self.log.group,
            table_name=self.directory.table.table_name,
        )

    def _watch(self) -> None:
        self.alarms.watch_api(self.scim_api.api)
        self.alarms.watch_checks()
        self.alarms.watch_expiry()
        self.alarms.watch_guard()
        self.alarms.watch_dead_letters(self.dead_letters.queue)
        self.alarms.watch_delay(self.changes.function)
        if self.watch:
            self.alarms.watch_provisioning()

    def _acknowledge_findings(self) -> None:
        nag.acknowledge(self.scim_api, *nag.API)
        nag.acknowledge(self.dead_letters, *nag.DEAD_LETTERS)
        table = self.directory.table.node.default_child
        assert isinstance(table, cdk.CfnElement)  # noqa: S101
        stream = nag.STREAM.format(table=self.get_logical_id(table))
        nag.acknowledge(self.changes.role, nag.Finding(stream, nag.LISTS_STREAMS))
        for function in (self.scim, self.authorizer, self.changes, self.token):
            nag.acknowledge(function, *nag.FUNCTION)
            if self.environment_file.api.tracing:
                nag.acknowledge(function.role, *nag.TRACED)
