"""A registration from its preparation to its end: the record, its states and the allowed transitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Holder
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text


class RegisterRole(StrEnum):
    """The register's role for a registration: the record itself, or the mirror of an authority's register."""

    RECORD = "record"
    MIRROR = "mirror"


class Status(StrEnum):
    """The state of a registration. It has exactly one; a court's freeze is stored separately."""

    PREPARED = "prepared"
    FILED = "filed"
    EXAMINED = "examined"
    ENTERED = "entered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DISCHARGED = "discharged"
    REVOKED = "revoked"


STATUS_WORDS: Mapping[Status, Text] = {
    Status.PREPARED: Text("已准备", "prepared"),
    Status.FILED: Text("已申请", "filed"),
    Status.EXAMINED: Text("审查通过，待登记", "examined, to be registered"),
    Status.ENTERED: Text("已登记", "entered"),
    Status.REFUSED: Text("不予登记", "refused"),
    Status.WITHDRAWN: Text("已撤回", "withdrawn"),
    Status.DISCHARGED: Text("已注销", "discharged"),
    Status.REVOKED: Text("已撤销", "revoked"),
}


# The states that a register publishes.
PUBLISHED = frozenset({Status.ENTERED, Status.DISCHARGED, Status.REVOKED})


class RegisterTransition(StrEnum):
    """The possible moves of a registration.

    RECORD_AUTHORITY: the authority's number and certificate are recorded, which completes a mirror registration.
    FREEZE and UNFREEZE are court orders.
    """

    PREPARE = "prepare"
    FILE = "file"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    ENTER = "enter"
    RECORD_AUTHORITY = "record_authority"
    AMEND = "amend"
    EXTEND = "extend"
    TRANSFER_CLAIM = "transfer_claim"
    PARTIALLY_DISCHARGE = "partially_discharge"
    DISCHARGE = "discharge"
    REVOKE = "revoke"
    CORRECT = "correct"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"


MOVE_WORDS: Mapping[RegisterTransition, Text] = {
    RegisterTransition.PREPARE: Text("准备", "preparation"),
    RegisterTransition.FILE: Text("申请", "filing"),
    RegisterTransition.ACCEPT: Text("审查通过", "acceptance"),
    RegisterTransition.REFUSE: Text("不予登记", "refusal"),
    RegisterTransition.WITHDRAW: Text("撤回申请", "withdrawal"),
    RegisterTransition.ENTER: Text("登记", "entry"),
    RegisterTransition.RECORD_AUTHORITY: Text(
        "记载登记机关的登记号和证书", "recording the authority's number and certificate"
    ),
    RegisterTransition.AMEND: Text("变更", "amendment"),
    RegisterTransition.EXTEND: Text("延期", "extension"),
    RegisterTransition.TRANSFER_CLAIM: Text("债权转让", "transfer of the claim"),
    RegisterTransition.PARTIALLY_DISCHARGE: Text("部分注销", "partial discharge"),
    RegisterTransition.DISCHARGE: Text("注销", "discharge"),
    RegisterTransition.REVOKE: Text("撤销", "revocation"),
    RegisterTransition.CORRECT: Text("更正", "correction"),
    RegisterTransition.FREEZE: Text("法院冻结", "freezing by a court"),
    RegisterTransition.UNFREEZE: Text("解除冻结", "lifting of a freeze"),
}

# The state after each move from each state; other moves are rejected. None is before the first move.
_SAME = (
    RegisterTransition.AMEND,
    RegisterTransition.EXTEND,
    RegisterTransition.TRANSFER_CLAIM,
    RegisterTransition.PARTIALLY_DISCHARGE,
    RegisterTransition.CORRECT,
)
REGISTER_ALLOWED: Mapping[tuple[RegisterRole, Status | None, RegisterTransition], Status] = {
    **{
        (role, state, move): then
        for role in RegisterRole
        for state, move, then in (
            (None, RegisterTransition.PREPARE, Status.PREPARED),
            (None, RegisterTransition.FILE, Status.FILED),
            (Status.PREPARED, RegisterTransition.FILE, Status.FILED),
            (Status.PREPARED, RegisterTransition.WITHDRAW, Status.WITHDRAWN),
            (Status.FILED, RegisterTransition.WITHDRAW, Status.WITHDRAWN),
            (Status.FILED, RegisterTransition.REFUSE, Status.REFUSED),
            (Status.ENTERED, RegisterTransition.DISCHARGE, Status.DISCHARGED),
            (Status.ENTERED, RegisterTransition.REVOKE, Status.REVOKED),
            (Status.ENTERED, RegisterTransition.FREEZE, Status.ENTERED),
            (Status.ENTERED, RegisterTransition.UNFREEZE, Status.ENTERED),
            *((Status.ENTERED, move, Status.ENTERED) for move in _SAME),
        )
    },
    (RegisterRole.RECORD, Status.FILED, RegisterTransition.ACCEPT): Status.EXAMINED,
    (RegisterRole.RECORD, Status.EXAMINED, RegisterTransition.REFUSE): Status.REFUSED,
    (RegisterRole.RECORD, Status.EXAMINED, RegisterTransition.WITHDRAW): Status.WITHDRAWN,
    (RegisterRole.RECORD, Status.EXAMINED, RegisterTransition.ENTER): Status.ENTERED,
    # The authority examines; this register records the result.
    (RegisterRole.MIRROR, Status.FILED, RegisterTransition.RECORD_AUTHORITY): Status.ENTERED,
}

# A freeze blocks everything except its own lifting, a correction of the record, and the court's own revocation.
_WHILE_FROZEN = frozenset({RegisterTransition.UNFREEZE, RegisterTransition.CORRECT, RegisterTransition.REVOKE})


@dataclass(frozen=True, slots=True)
class RegisteredRight:
    """One right within a registration. rank: 1 is first, None before registration. released: by partial discharge."""

    key: str
    kind: RightKind
    number: str
    title: str
    rank: int | None = None
    released: bool = False


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration in its present state. id: number of its filing, from 1, without gaps.

    role: see RegisterRole. subject: the pledged object. claim_amount: fen still secured; under a maximum-amount
    pledge the maximum. review_by: last day of the examination. number: the priority number, None before
    registration and in a mirror. authority_number, certificate: the authority's, in a mirror. frozen_by: the
    effective court order. moves: the number of its moves, including the last. former_pledgors, former_pledgees: its
    parties under their names before amendments, by which they can still be found.
    """

    id: int
    role: RegisterRole
    subject: str
    status: Status
    rights: tuple[RegisteredRight, ...]
    pledgors: tuple[Holder, ...]
    pledgee: Holder
    claim_kind: str
    claim_amount: Fen
    debt_start: date | None
    debt_end: date | None
    filed_on: date | None = None
    review_by: date | None = None
    number: int | None = None
    entered_on: date | None = None
    ended_on: date | None = None
    end_reason: str = ""
    authority: str = ""
    authority_number: str = ""
    certificate: str = ""
    frozen_by: str = ""
    moves: int = 1
    former_pledgors: tuple[Holder, ...] = ()
    former_pledgees: tuple[Holder, ...] = ()

    @property
    def is_published(self) -> bool:
        """Return whether it is public, which it is once registered. A filing is visible only to its parties."""
        return self.status in PUBLISHED

    def charged(self) -> dict[str, int]:
        """Return the rights that it burdens now, by key, with their ranks; empty unless registered."""
        if self.status is not Status.ENTERED:
            return {}
        return {one.key: one.rank for one in self.rights if one.rank is not None and not one.released}


def refuse(code: str, field: str, value: object, reason: Text, hint: Text) -> InputError:
    """Return one problem, to be raised."""
    return InputError([Problem(field, str(value), reason, hint, code)])


def next_status(role: RegisterRole, found: Registration | None, move: RegisterTransition) -> Status:
    """Return the state after a move. Raises InputError for a move that is not allowed now."""
    state = None if found is None else found.status
    then = REGISTER_ALLOWED.get((role, state, move))
    if then is None:
        allowed = [one for (a_role, a_state, one) in REGISTER_ALLOWED if a_role is role and a_state is state]
        now = Text("尚未申请", "not filed") if state is None else STATUS_WORDS[state]
        choice = Text(
            "、".join(MOVE_WORDS[one].zh for one in allowed) or "无",
            ", ".join(MOVE_WORDS[one].en for one in allowed) or "nothing",
        )
        raise refuse(
            "not_in_this_state",
            "status",
            "" if state is None else state,
            Text(
                f"{now.zh}，不能{MOVE_WORDS[move].zh}",
                f"the registration is {now.en}; {MOVE_WORDS[move].en} is not possible now",
            ),
            Text(f"此时可以：{choice.zh}", f"possible now: {choice.en}"),
        )
    if found is not None and found.frozen_by and move not in _WHILE_FROZEN:
        raise refuse(
            "frozen",
            "frozen_by",
            found.frozen_by,
            Text("该登记被法院冻结", "a court has frozen this registration"),
            Text("请凭法院的解除文书办理", "proceed with the court order that lifts the freeze"),
        )
    if move is RegisterTransition.UNFREEZE and found is not None and not found.frozen_by:
        raise refuse(
            "not_frozen",
            "frozen_by",
            "",
            Text("没有被冻结", "it is not frozen"),
            Text("请核对登记号", "check the number"),
        )
    return then
