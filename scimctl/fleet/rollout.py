"""The deployment of a fleet: in waves, with a gate behind each environment; it stops at the first failure and can be resumed."""

import contextvars
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from lambdas.environment.file import SettingsError
from lambdas.operations.problems import Problem
from scimctl import console, targets
from scimctl.fleet import gate
from scimctl.fleet.assembly import Assembly, synthesize
from scimctl.fleet.board import Board
from scimctl.fleet.deploying import deploy
from scimctl.fleet.members import Member, waves
from scimctl.fleet.places import Place
from scimctl.fleet.progress_file import Progress, ProgressFile, Reached
from scimctl.local_state import StateError


@dataclass(frozen=True)
class Plan:
    """How a fleet is deployed."""

    sizes: Sequence[int] = (1, 5, 20)
    """How many environments each wave has; the last number holds for all further waves."""

    parallel: int = 4
    """How many environments of a wave are deployed at the same time."""

    suite: str = "all"
    """The suite of ``scimctl check`` in the gate, or ``none``."""

    bake_minutes: int = 0
    """Minutes to wait after a wave before its alarms are read once more and the next wave begins."""

    again: bool = False
    """Whether to deploy and check also what the progress file has as current."""


@dataclass
class Outcome:
    """What a deployment of a fleet did."""

    passed: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """By name, why."""

    current: list[str] = field(default_factory=list)
    """What an earlier deployment brought to the same template, checked."""

    untouched: list[str] = field(default_factory=list)
    """What was not begun."""


class Rollout:
    """One deployment of a fleet."""

    def __init__(self, place: Place, plan: Plan) -> None:
        """Prepare it.

        :raises Problem: When the progress file is damaged.
        """
        self.place = place
        self.plan = plan
        self.progress = ProgressFile(place.folder / "progress.json")
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def run(self, members: Sequence[Member]) -> Outcome:
        """Deploy environments.

        :raises Problem: When nothing can be begun: no credentials, an account that is not bootstrapped, a failed synthesis.
        """
        with console.step("Checking accounts and tools"):
            self.place.require_ready(members)
        with console.step(f"Synthesizing {len(members)} environments"):
            assembly = synthesize(
                members, self.place.folder, self.place.variables(members[0]), local=self.place.is_local
            )
        outcome = Outcome()
        todo = [each for each in members if not self._is_current(assembly, each, outcome)]
        planned = waves(todo, self.plan.sizes)
        for number, wave in enumerate(planned, 1):
            if self._stopped.is_set():
                outcome.untouched += [each.name for each in wave]
                continue
            names = ", ".join(each.name for each in wave)
            console.err.print(f"Wave {number} of {len(planned)}: {names}", markup=False, soft_wrap=True)
            self._run_wave(assembly, wave, outcome)
            if number < len(planned):
                self._bake(wave, outcome)
        return outcome

    def _is_current(self, assembly: Assembly, member: Member, outcome: Outcome) -> bool:
        current = not self.plan.again and self.progress.is_current(member.name, assembly.digest(member))
        if current:
            outcome.current.append(member.name)
        return current

    def _run_wave(self, assembly: Assembly, wave: Sequence[Member], outcome: Outcome) -> None:
        with Board() as board, ThreadPoolExecutor(max_workers=self.plan.parallel) as pool:
            # Each in a copy of this context, which holds the options `--local` and `--role`.
            begun = [
                pool.submit(contextvars.copy_context().run, self._run_one, assembly, each, board, outcome)
                for each in wave
            ]
            try:
                for each in begun:
                    each.result()
            except KeyboardInterrupt:
                self._stopped.set()
                console.show_warning("Interrupted. The deployments that run are finished; no other is begun.")
                raise

    def _run_one(self, assembly: Assembly, member: Member, board: Board, outcome: Outcome) -> None:
        """Deploy and check one environment, unless another one failed before it began."""
        if self._stopped.is_set():
            with self._lock:
                outcome.untouched.append(member.name)
            return
        digest = assembly.digest(member)
        try:
            board.update(member.name, "deploying")
            deploy(self.place, assembly, member, lambda doing: board.update(member.name, doing))
            version = targets.resolve(member.name).version or ""
            self._write(member, Progress(Reached.DEPLOYED, digest, version))
            gate.pass_gate(self.place, member, self.plan.suite, lambda doing: board.update(member.name, doing))
        except (Problem, SettingsError, StateError) as problem:
            self._fail(member, digest, str(problem), outcome)
            board.finish(member.name, str(problem), passed=False)
        except Exception as bug:
            self._fail(member, digest, repr(bug), outcome)
            board.finish(member.name, repr(bug), passed=False)
            raise
        else:
            self._write(member, Progress(Reached.CHECKED, digest, version))
            board.finish(member.name, "deployed and checked", passed=True)
            with self._lock:
                outcome.passed.append(member.name)

    def _bake(self, wave: Sequence[Member], outcome: Outcome) -> None:
        """Wait, and read the alarms of a wave once more."""
        if self.place.is_local or not self.plan.bake_minutes or self._stopped.is_set():
            return
        with console.step(f"Waiting {self.plan.bake_minutes} minutes for alarms"):
            time.sleep(self.plan.bake_minutes * 60)
        for member in wave:
            try:
                gate.require_quiet(targets.resolve(member.name), member)
            except Problem as problem:
                known = self.progress.of(member.name)
                self._fail(member, known.digest if known else "", str(problem), outcome)
                outcome.passed.remove(member.name)
                console.show_problem(str(problem))

    def _fail(self, member: Member, digest: str, why: str, outcome: Outcome) -> None:
        self._stopped.set()
        self._write(member, Progress(Reached.FAILED, digest, why=why))
        with self._lock:
            outcome.failed[member.name] = why

    def _write(self, member: Member, progress: Progress) -> None:
        with self._lock:
            self.progress.write(member.name, progress)
