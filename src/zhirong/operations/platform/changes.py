"""The changes made by events, with old and new values in words: amounts, states, days and people of the written
rows.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from zhirong.chain.financing.case import CASE_WORDS
from zhirong.chain.loan.terms import METHOD_TEXT
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text, same
from zhirong.operations.credit.portfolio import mode_title
from zhirong.operations.state_columns import choices_of
from zhirong.store.financing import Appraisal, CheckItem, GuaranteeRequest, Loan, Paper
from zhirong.store.models import Event
from zhirong.store.parties import Account
from zhirong.store.recovery import DefaultCase, DisposalProject, Dispute, PayerClaim

_NOTHING = same("—")
_CUT = 60  # characters of a text that are shown
_RATE_PLACES = 100


@dataclass(frozen=True, slots=True)
class Change:
    """One column of a row that an event changed. before: a dash for a row that the event created or an empty value.
    count: of rows of one table that it changed alike.
    """

    title: Text
    before: Text
    after: Text
    count: int = 1


def _money(value: Any) -> Text:
    amount = show_yuan(int(value))
    return Text(f"{amount} 元", f"CNY {amount}")


def _rate(value: Any) -> Text:
    return same(f"{float(value) * _RATE_PLACES:g} %")


def _text(value: Any) -> Text:
    words = str(value)
    return same(words if len(words) <= _CUT else f"{words[:_CUT]}…")


def _months(value: Any) -> Text:
    return Text(f"{value} 个月", f"{value} months")


def _words_of(table: Mapping[Any, Text]) -> Callable[[Any], Text]:
    return lambda value: table.get(value, same(str(value)))


def _state_of(model: Any, column: str = "state") -> Callable[[Any], Text]:
    return _words_of(choices_of(model, column))


_Column = tuple[Text, Callable[[Any], Text]]
_STATE = Text("状态", "State")
# By table and column; other columns change with these or are large.
_SHOWN: Mapping[str, Mapping[str, _Column]] = {
    "case": {
        "state": (_STATE, _words_of(CASE_WORDS)),
        "amount": (Text("申请金额", "Requested"), _money),
        "credit_limit": (Text("可支持额度", "Credit limit"), _money),
        "proposed_amount": (Text("拟批金额", "Proposed"), _money),
        "approved_amount": (Text("批准金额", "Approved"), _money),
        "annual_rate": (Text("年利率", "Rate"), _rate),
        "term_months": (Text("期限", "Term"), _months),
        "method": (Text("还款方式", "Repayment"), _words_of(METHOD_TEXT)),
        "mode": (Text("模式", "Mode"), mode_title),
        "purpose": (Text("用途", "Purpose"), _text),
        "due_on": (Text("时限", "Due"), _text),
        "officer_id": (Text("客户经理", "Officer"), _text),
        "reason": (Text("理由", "Reason"), _text),
    },
    "guaranteerequest": {
        "state": (Text("担保", "Guarantee"), _state_of(GuaranteeRequest)),
        "amount": (Text("担保贷款", "Guaranteed loan"), _money),
        "share": (Text("担保比例", "Guaranteed share"), _rate),
        "exposure": (Text("担保责任", "Exposure"), _money),
        "fee": (Text("担保费", "Fee"), _money),
    },
    "loan": {
        "state": (Text("贷款", "Loan"), _state_of(Loan)),
        "principal": (Text("贷款本金", "Principal"), _money),
        "balance": (Text("贷款余额", "Balance"), _money),
        "overdue": (Text("逾期", "Overdue"), _money),
        "category": (Text("五级分类", "Category"), _state_of(Loan, "category")),
    },
    "checkitem": {
        "state": (Text("调查项", "Check"), _state_of(CheckItem)),
        "finding": (Text("结论", "Finding"), _text),
    },
    "appraisal": {
        "state": (Text("评估", "Appraisal"), _state_of(Appraisal)),
        "p50": (Text("评估价值", "Value"), _money),
    },
    "paper": {"state": (Text("文件", "Document"), _state_of(Paper))},
    "defaultcase": {"state": (Text("违约", "Default"), _state_of(DefaultCase))},
    "payerclaim": {
        "state": (Text("索赔", "Claim"), _state_of(PayerClaim)),
        "amount": (Text("索赔金额", "Claimed"), _money),
        "accepted": (Text("同意金额", "Accepted"), _money),
        "paid": (Text("已付", "Paid"), _money),
    },
    "disposalproject": {"state": (Text("处置", "Disposal"), _state_of(DisposalProject))},
    "dispute": {"state": (Text("争议", "Dispute"), _state_of(Dispute))},
}


# Data that a lender keeps internal while it decides.
_OF_LENDER = frozenset({"credit_limit", "proposed_amount", "officer_id", "finding"})
# The tables whose changes a company or guarantor sees.
_OUTSIDE = frozenset({"case", "guaranteerequest", "loan", "paper", "payerclaim", "defaultcase"})


def changes_of(events: Sequence[Event], *, is_lender: bool = True) -> list[tuple[Change, ...]]:
    """Return the changes of each event. The events are in the order of the log; names need one query.

    A value is compared with the value after the preceding event. Of a new row, only non-empty values are shown.
    is_lender: the reader is the lender or the auditor; others do not see the grounds of its decision.
    """
    known: dict[tuple[str, int], dict[str, Any]] = {}
    images = [json.loads(one.content).get("images", ()) for one in events]
    names = _officers(images)
    shown = _SHOWN if is_lender else _for_others()
    return [_changes(one, known, names, shown) for one in images]


def _for_others() -> Mapping[str, Mapping[str, _Column]]:
    return {
        table: {name: column for name, column in columns.items() if name not in _OF_LENDER}
        for table, columns in _SHOWN.items()
        if table in _OUTSIDE
    }


def _officers(images: Iterable[Iterable[Mapping[str, Any]]]) -> dict[int, str]:
    ids = {image["values"].get("officer_id") for found in images for image in found if image["table"] == "case"} - {
        None
    }
    rows = Account.objects.filter(pk__in=ids).only("display_name", "email")
    return {one.pk: one.display_name or one.email for one in rows}


def _changes(
    images: Iterable[Mapping[str, Any]],
    known: dict[tuple[str, int], dict[str, Any]],
    names: Mapping[int, str],
    shown_columns: Mapping[str, Mapping[str, _Column]],
) -> tuple[Change, ...]:
    found = []
    for image in images:
        columns = shown_columns.get(image["table"], {})
        before = known.setdefault((image["table"], image["id"]), {})
        for name, (title, words) in columns.items():
            if name not in image["values"]:
                continue
            old, new = before.get(name), image["values"][name]
            before[name] = new
            if old == new or (not old and not new):
                continue
            show = _officer(names) if name == "officer_id" else words
            found.append(Change(title, _shown(old, show), _shown(new, show)))
    return tuple(replace(one, count=count) for one, count in Counter(found).items())


def _officer(names: Mapping[int, str]) -> Callable[[Any], Text]:
    return lambda value: same(names.get(value, str(value)))


def _shown(value: Any, show: Callable[[Any], Text]) -> Text:
    return _NOTHING if value in (None, "") else show(value)
