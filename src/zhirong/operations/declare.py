"""The declaration of an operation: what it asks for, who may do it, to which rows and in which states.

Pages, API, command line and client are made from ``OPERATIONS``; ``run`` carries one out. What only programs that use the
library and ``zhirong register`` do is declared with ``library_operation``: the same engine, without a form.
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
# Who may do it to which registration of the register: by capacity. A capacity that is not named may not.
Policy = Mapping[Capacity, Callable[[Actor, Registration | None], bool]]


def anyone(actor: Actor, row: Any) -> bool:
    """No relation beyond what the person can see."""
    return True


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, when, and under which key: made by the client, one for each request, the same for its repeats."""

    actor: Actor
    now: datetime
    key: str

    def part(self, name: str) -> "Call":
        """The call of one of several operations or moves that a request needs: the same for every repeat of it."""
        return replace(self, key=hashlib.sha256(f"{self.key}/{name}".encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation has done. index, kind: of its event in the log. subject: such as ``case/12``, and its id and version.

    answer: what it says to the caller, JSON. registration: how the one that it moved stands now, None where it moved none.
    parts: the moves of registrations within an operation that made several. repeated: it had been done before under the
    same key. shown_once: a secret for the caller's eyes alone, which is kept nowhere.
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

    model: whose row it is done to, None where it begins something. roles: who may; empty: anybody signed in.
    relation: beyond seeing the row, what the person must be to it. states: in which it is allowed, None for any (the
    chain's table still decides); they also say when its button is shown. is_signed: asks for a second factor.
    for_agents: a firm can let its agent do it. is_background: the platform's own work alone does it, nobody signed in can.
    prepare: what takes long and writes nothing, such as reading a file, done before the only writer is held up; what it
    answers is ``Work.prepared``. takes_files: a long file is left to the background (``imports``); the caller is notified.
    policy: of an operation of the register, in which capacity and to which registrations (``register_policy``).
    is_library: it has no form; programs and ``zhirong register`` call it.
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
    is_library: bool = False

    @property
    def scope(self) -> str:
        """The part of a token's rights that it belongs to."""
        return self.name.split(".")[0]


OPERATIONS: dict[str, Operation] = {}
LIBRARY_OPERATIONS: dict[str, Operation] = {}  # without a form: programs and the command line call them

# Operations that were renamed: former name to today's. The log and webhooks of before keep the former one.
FORMER_NAMES: Mapping[str, str] = {
    "case.release": "case.disburse",
    "release.cancel": "loan.cancel_disbursement",
    "case.hand_up": "case.submit_for_approval",
    "registration.enter": "registration.register",
    "registration.hand_in": "registration.submit",
}


def operation_of(kind: str) -> Operation | None:
    """The operation that an event's kind names, today or formerly; None for what is no operation."""
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
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Declare an operation; the function decides and writes through ``Work``. page: name of the page to go to
    afterwards, which takes the id of the row that the operation answers with.
    """

    def declare(run: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        if name in OPERATIONS:
            raise AssertionError(f"two operations are called {name}")
        allowed_states = None if states is None else frozenset(str(state) for state in states)
        OPERATIONS[name] = Operation(
            name,
            title,
            help,
            request,
            run,
            model,
            roles,
            relation,
            allowed_states,
            state_field,
            for_agents,
            is_grave,
            page,
            is_background,
            prepare,
            takes_files,
            policy,
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
