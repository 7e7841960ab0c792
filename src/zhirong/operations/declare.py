"""The declaration of an operation: what it asks for, who may do it, to which rows and in which states.

Pages, API, command line and client are made from ``OPERATIONS``; ``run`` carries one out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, MemberRole
from zhirong.operations.fields import Nothing, Request
from zhirong.store.parties import Kept

_NO_HELP = Text("", "")


Relation = Callable[[Actor, Any], bool]


def anyone(actor: Actor, row: Any) -> bool:
    """No relation beyond what the person can see."""
    return True


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, when, and under which key: made by the client, one for each request, the same for its repeats."""

    actor: Actor
    now: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation has done. index: of its event in the log. subject: such as ``case/12``, and its id and
    version.

    answer: what it says to the caller, JSON. shown_once: a secret for the caller's eyes alone, which is kept
    nowhere.
    """

    index: int
    subject: str
    id: int
    version: int
    answer: Any = None
    repeated: bool = False
    shown_once: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One business action. name: ``noun.verb``; the noun is its scope for tokens.

    model: whose row it is done to, None if it begins something. roles: who may; empty: anybody signed in.
    relation: beyond seeing the row, what the person must be to it. states: in which it is allowed, None for any
    (the chain's table still decides); they also say when its button is shown. is_signed: asks for a second factor.
    for_agents: a firm can let its agent do it. is_background: the platform's own work alone does it, nobody signed
    in can.
    prepare: what takes long and writes nothing, such as reading a file, done before the only writer is held up;
    what it answers is ``Work.prepared``. takes_files: a long file is left to the background (``imports``); the
    caller is notified.
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

    @property
    def scope(self) -> str:
        """The part of a token's rights that it belongs to."""
        return self.name.split(".")[0]


OPERATIONS: dict[str, Operation] = {}

# Operations that were renamed: former name to today's. The log and webhooks of before keep the former one.
FORMER_NAMES: Mapping[str, str] = {
    "case.release": "case.disburse",
    "release.cancel": "loan.cancel_disbursement",
    "case.hand_up": "case.submit_for_approval",
}


def operation_of(kind: str) -> Operation | None:
    """The operation that an event's kind names, today or formerly; None for what is no operation."""
    return OPERATIONS.get(FORMER_NAMES.get(kind, kind))


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
) -> Callable[[Callable[[Any, Any], Any]], Callable[[Any, Any], Any]]:
    """Declare an operation; the function decides and writes through ``Work``. page: name of the page to go to
    afterwards, which takes the id of the row that the operation answers with.
    """

    def declare(run: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        if name in OPERATIONS:
            raise AssertionError(f"two operations are called {name}")
        lawful = None if states is None else frozenset(str(state) for state in states)
        OPERATIONS[name] = Operation(
            name,
            title,
            help,
            request,
            run,
            model,
            roles,
            relation,
            lawful,
            state_field,
            for_agents,
            is_grave,
            page,
            is_background,
            prepare,
            takes_files,
        )
        return run

    return declare
