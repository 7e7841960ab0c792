"""The history of a case for each reader: who did what when, and what changed from what to what; objects of the log in words."""

import re
from typing import Any

from lender_world import AMOUNT, desk_of

from zhirong.kernel.money import show_yuan
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.platform.audit_words import SUBJECT_KINDS
from zhirong.operations.platform.changes import changes_of
from zhirong.store.models import Event


def _text(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.decode()).split())


def test_every_object_of_an_operation_has_a_name_in_the_log(sqlite_platform: Any) -> None:
    known = {kind.model for kind in SUBJECT_KINDS.values()}
    assert {one.model for one in OPERATIONS.values() if one.model is not None} <= known
    for name, kind in SUBJECT_KINDS.items():
        assert kind.model.__name__.lower() == name and kind.words.en.isascii()
        assert list(kind.model._default_manager.values_list("pk", *kind.columns)[:1]) is not None


def test_a_history_says_what_changed_and_keeps_the_lenders_deliberations(sqlite_platform: Any) -> None:
    desk = desk_of(sqlite_platform)
    case = desk.approved()
    events = list(Event.objects.filter(subject=f"case/{case.pk}").order_by("index"))
    changes = {event.kind: found for event, found in zip(events, changes_of(events), strict=True)}
    words = {(one.title.zh, one.before.zh, one.after.zh) for one in changes["case.accept"]}
    assert ("状态", "已提交，待受理", "尽职调查") in words
    amount = f"{show_yuan(AMOUNT)} 元"
    assert ("申请金额", "—", amount) in {
        (one.title.zh, one.before.zh, one.after.zh) for one in changes["case.draft"]
    }
    bank = _text(sqlite_platform.client(desk.officer).get(f"/lender/cases/{case.pk}/history/").content)
    firm = _text(sqlite_platform.client(desk.manager).get(f"/firm/cases/{case.pk}/?show=history").content)
    for page in (bank, firm):
        assert "状态： 已提交，待受理 → 尽职调查" in page or "状态：已提交，待受理 → 尽职调查" in page
        assert f"批准金额： — → {amount}" in page or f"批准金额：— → {amount}" in page
    assert bank.index("批准金额") < bank.index("起草融资申请"), "newest first"
    assert "拟批金额" in bank and "客户经理" in bank and "调查项" in bank
    assert "拟批金额" not in firm and "客户经理" not in firm and "调查项" not in firm
    assert desk.bank.name in firm and (desk.officer.account.display_name or desk.officer.account.email) not in firm
