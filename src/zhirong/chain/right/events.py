"""The events of a right, and which of them apply to rights of every kind or to registered ones."""

from enum import StrEnum

from zhirong.kernel.text import Text


class Event(StrEnum):
    """An event of a right.

    GRANT: granted or registered. WITHDRAW: withdrawn, deemed withdrawn or abandoned before grant. REOPEN: refusal
    or withdrawal reversed. LAPSE: ended because of an unpaid fee, cancelled, disclosed or without its firm.
    SURRENDER: abandoned in writing. RESTORE: lapse reversed. RENEW: a trademark's next term. REINSTATE:
    invalidation reversed by a court.
    """

    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    LAPSE = "lapse"
    SURRENDER = "surrender"
    EXPIRE = "expire"
    RESTORE = "restore"
    RENEW = "renew"
    INVALIDATE = "invalidate"
    REINSTATE = "reinstate"
    PLEDGE = "pledge"
    DISCHARGE = "discharge"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    OPEN_INVALIDATION = "open_invalidation"
    CLOSE_INVALIDATION = "close_invalidation"
    OPEN_DISPUTE = "open_dispute"
    CLOSE_DISPUTE = "close_dispute"


EVENT_TEXT: dict[Event, Text] = {
    Event.GRANT: Text("授权或注册", "grant or registration"),
    Event.REFUSE: Text("驳回", "refusal"),
    Event.WITHDRAW: Text("撤回或视为撤回", "withdrawal"),
    Event.REOPEN: Text("恢复审查", "reopening"),
    Event.LAPSE: Text("终止", "lapse"),
    Event.SURRENDER: Text("书面放弃", "surrender"),
    Event.EXPIRE: Text("届满", "expiry"),
    Event.RESTORE: Text("恢复权利", "restoration"),
    Event.RENEW: Text("续展", "renewal"),
    Event.INVALIDATE: Text("宣告无效", "invalidation"),
    Event.REINSTATE: Text("撤销无效宣告", "invalidation reversed"),
    Event.PLEDGE: Text("质押登记", "registration of a pledge"),
    Event.DISCHARGE: Text("质押注销", "discharge of the pledge"),
    Event.FREEZE: Text("保全或冻结", "freezing"),
    Event.UNFREEZE: Text("解除保全", "unfreezing"),
    Event.OPEN_INVALIDATION: Text("启动无效宣告程序", "start of invalidation"),
    Event.CLOSE_INVALIDATION: Text("无效宣告程序终结", "close of invalidation"),
    Event.OPEN_DISPUTE: Text("发生权属争议", "ownership dispute"),
    Event.CLOSE_DISPUTE: Text("权属争议终结", "end of the dispute"),
}


# Events of every right, registered or not.
OF_EVERY_RIGHT = frozenset(
    {
        Event.LAPSE,
        Event.SURRENDER,
        Event.PLEDGE,
        Event.DISCHARGE,
        Event.FREEZE,
        Event.UNFREEZE,
        Event.OPEN_DISPUTE,
        Event.CLOSE_DISPUTE,
    }
)
# Events of a right that is registered without examination and cannot be declared invalid; its register cancels it.
OF_REGISTERED_RIGHTS = OF_EVERY_RIGHT | {Event.GRANT, Event.REFUSE, Event.WITHDRAW, Event.REOPEN, Event.EXPIRE}
# Events of a right that an office examines and grants, and that can be declared invalid.
OF_EXAMINED_RIGHTS = OF_REGISTERED_RIGHTS | {
    Event.RESTORE,
    Event.INVALIDATE,
    Event.REINSTATE,
    Event.OPEN_INVALIDATION,
    Event.CLOSE_INVALIDATION,
}
