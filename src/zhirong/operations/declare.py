"""Declaration of an operation: its request, its permitted actors, and the rows and states in which it is allowed.

Pages, API, command line and client are generated from ``OPERATIONS``; ``run`` runs an operation. Operations that
only library users and ``zhirong register`` call are declared with ``library_operation``: the same engine, without a
form.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.registration import Registration
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, Capacity
from zhirong.operations.fields import Nothing, Request
from zhirong.store.parties import Kept

_NO_HELP = Text("", "")


Relation = Callable[[Actor, Any], bool]
# Permissions in the register by capacity. A capacity that is not named is denied.
Policy = Mapping[Capacity, Callable[[Actor, Registration | None], bool]]


def anyone(actor: Actor, row: Any) -> bool:
    """Require no relation except that the actor can see the row."""
    return True


@dataclass(frozen=True, slots=True)
class Call:
    """The actor, time and key of a request: created by the client, once for each request and the same for its
    repetitions.
    """

    actor: Actor
    now: datetime
    key: str

    def part(self, name: str) -> "Call":
        """Return the call of one of several operations that a request needs, the same for every repetition."""
        return replace(self, key=hashlib.sha256(f"{self.key}/{name}".encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Done:
    """The result of an operation. index, kind: of its event in the log. subject: such as ``case/12``, and its id
    and version.

    answer: to the caller, JSON. registration: the current one that it changed, or None.
    parts: the transitions of registrations within an operation that made several. repeated: the operation had
    already run with the same key. shown_once: a secret for the caller only, stored nowhere.
    """

    index: int
    kind: str = ""
    subject: str = ""
    id: int = 0
    version: int = 0
    answer: Any = None
    registration: Registration | None = None
    parts: tuple["Done", ...] = ()
    repeated: bool = False
    shown_once: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One business action. name: ``noun.verb``; the noun is its scope for tokens.

    model: of its row, None if it creates something. roles: that may run it; empty: anyone signed in. relation:
    required between actor and row, in addition to seeing it. states: in which it is allowed, None for any (the
    chain's table still decides); they also say when its button is shown. is_signed: requires a second factor.
    for_agents: a firm can allow its agent to run it. is_background: only the platform's background work can run it.
    prepare: slow work without writes, such as reading a file, done before the write lock is taken; its result is
    ``Work.prepared``. takes_files: a long file is left to the background (``imports``); the caller is notified.
    policy: for an operation of the register, the capacity and the registrations that it requires (``register_policy``).
    is_bulk: one API call can run it for many rows, each independently. is_library:
    it has no form; programs and ``zhirong register`` call it.
    """

    name: str
    title: Text
    help: Text
    request: type[Request]
    run: Callable[[Any, Any], Any]
    model: type[Kept] | None = None
    roles: tuple[MemberRole, ...] = ()
    relation: Relation = anyone
    states: frozenset[str] | None = None
    state_field: str = "state"
    for_agents: bool = False
    is_grave: bool = False
    page: str = ""
    is_background: bool = False
    prepare: Callable[["Call", Any], Any] | None = None
    takes_files: bool = False
    policy: Policy | None = field(default=None, hash=False)
    is_bulk: bool = False
    is_library: bool = False

    @property
    def scope(self) -> str:
        """Return the noun of the operation, which is its scope for tokens."""
        return self.name.split(".")[0]


OPERATIONS: dict[str, Operation] = {}
LIBRARY_OPERATIONS: dict[str, Operation] = {}  # without a form: called by programs and the command line

# Renamed operations: former name to current name. The log and webhooks from before the change contain the former
# name.
FORMER_NAMES: Mapping[str, str] = {
    "case.release": "case.disburse",
    "release.cancel": "loan.cancel_disbursement",
    "case.hand_up": "case.submit_for_approval",
    "registration.enter": "registration.register",
    "registration.hand_in": "registration.submit",
}


def operation_of(kind: str) -> Operation | None:
    """Return the operation named by a kind of event, under its current or a former name; None for other events."""
    name = FORMER_NAMES.get(kind, kind)
    return OPERATIONS.get(name) or LIBRARY_OPERATIONS.get(name)


def operation(
    name: str,
    title: Text,
    *,
    model: type[Kept] | None = None,
    roles: tuple[MemberRole, ...] = (),
    request: type[Request] = Nothing,
    relation: Relation = anyone,
    states: tuple[Any, ...] | None = None,
    state_field: str = "state",
    help: Text = _NO_HELP,  # noqa: A002 - the word a reader of a form looks for
    for_agents: bool = False,
    is_grave: bool = False,
    page: str = "",
    is_background: bool = False,
    prepare: Callable[["Call", Any], Any] | None = None,
    takes_files: bool = False,
    policy: Policy | None = None,
    is_bulk: bool = False,
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Declare an operation; the function decides and writes through ``Work``. page: name of the page shown
    afterwards, which takes the id of the row in the operation's answer.
    """

    def declare(run: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        if name in OPERATIONS:
            raise AssertionError(f"two operations are called {name}")
        allowed_states = None if states is None else frozenset(str(state) for state in states)
        OPERATIONS[name] = Operation(
            name,
            title,
            help,
            request=request,
            run=run,
            model=model,
            roles=roles,
            relation=relation,
            states=allowed_states,
            state_field=state_field,
            for_agents=for_agents,
            is_grave=is_grave,
            page=page,
            is_background=is_background,
            prepare=prepare,
            takes_files=takes_files,
            policy=policy,
            is_bulk=is_bulk,
        )
        return run

    return declare


def library_operation(name: str, title: Text, policy: Policy) -> str:
    """Declare an operation of the register that has no form, and return its name."""
    if name in LIBRARY_OPERATIONS:
        raise AssertionError(f"two operations are called {name}")
    LIBRARY_OPERATIONS[name] = Operation(
        name, title, _NO_HELP, Nothing, _has_no_form, policy=policy, is_library=True
    )
    return name


def _has_no_form(work: Any, request: Any) -> Any:
    raise AssertionError("an operation without a form is called from the library")
