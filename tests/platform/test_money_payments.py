"""Money in and out: exact to the fen, by two people, reversed and never edited; the books balance, the columns are the replay."""

from datetime import timedelta

import pytest
from money_world import AMOUNT, Money

from zhirong.chain.financing.case import CaseState
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import yuan
from zhirong.operations.loan.books import books_of
from zhirong.operations.loan.loans import columns_of, state_of
from zhirong.operations.loan.statements import proposals
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Case, Loan, Paper, Payment, StatementLine


def refused(platform, who, name, row, **data) -> str:
    with pytest.raises(InputError) as told:
        platform.do(who, name, row, **data)
    return told.value.problems[0].code


def demand_kept(platform, loan: Loan) -> None:
    """Columns are the replay; the books balance and hold what the replay gives."""
    state = state_of(loan, platform.day, rulebook())
    for name, value in columns_of(loan, state, rulebook()).items():
        assert getattr(loan, name) == value, name
    books = books_of(loan, platform.day, rulebook())
    assert books.problems == () and books.trial.debits == books.trial.credits > 0
    provision = -books.books.balance("lender:provision")
    assert provision == loan.provision


def test_the_person_who_matched_does_not_confirm(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "case.disburse")
    line = money.line(AMOUNT, "out")
    platform.do(money.cashier, "line.match", line, loan=money.loan.number, kind="release")
    assert refused(platform, money.cashier, "line.confirm", line) == "same_person"
    with pytest.raises(ForbiddenError):
        platform.do(money.officer, "line.confirm", line)
    assert money.loan.state == "waiting" and money.state == CaseState.REGISTERING
    platform.do(money.reviewer, "line.confirm", line)
    assert money.loan.state == "standing"
    assert refused(platform, money.second, "line.confirm", line) == "not_in_this_state"
    payment = Payment.objects.get()
    assert (payment.matched_by, payment.confirmed_by) == (money.cashier.account, money.reviewer.account)
    demand_kept(platform, money.loan)


def test_what_cannot_be_is_not_matched(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "case.disburse")
    number = money.loan.number
    short, incoming = money.line(AMOUNT - 1, "out"), money.line(100)
    assert refused(platform, money.cashier, "line.match", short, loan=number, kind="release") == "not_the_principal"
    assert refused(platform, money.cashier, "line.match", short, loan=number, kind="repayment") == "wrong_direction"
    assert refused(platform, money.cashier, "line.match", incoming, loan=number, kind="repayment") == "wrong_state"
    assert (
        refused(platform, money.cashier, "line.match", incoming, loan="不存在", kind="repayment") == "no_such_loan"
    )
    platform.do(money.cashier, "line.ignore", incoming, reason="房租")
    assert (
        refused(platform, money.cashier, "line.match", incoming, loan=number, kind="repayment")
        == "not_in_this_state"
    )
    platform.do(money.cashier, "line.reopen", incoming)
    out = money.line(AMOUNT, "out")
    platform.do(money.cashier, "line.match", out, loan=number, kind="release")
    assert (
        refused(platform, money.officer, "loan.cancel_disbursement", money.loan, reason="改期") == "payment_matched"
    )
    platform.do(money.cashier, "line.undo", out)
    platform.do(money.cashier, "line.match", out, loan=number, kind="release")
    platform.do(money.second, "line.confirm", out)
    assert Payment.objects.filter(state="undone").count() == 1
    again = money.line(AMOUNT, "out")
    assert refused(platform, money.cashier, "line.match", again, loan=number, kind="release") == "wrong_state"
    assert refused(platform, money.cashier, "line.match", again, loan=number, kind="refund") == "more_than_held"


def test_partial_late_and_early_payments_to_the_fen(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, method="level_payment", cycle="1M")
    money.released()
    first = money.loan.next_due
    platform.set_day(money.loan.next_due_on)
    money.pay(first - 100_00)
    demand_kept(platform, money.loan)
    assert money.loan.overdue == 0  # the due day itself is not late
    platform.later(1)
    platform.do(money.officer, "loan.paper", money.loan, kind="loan_statement")
    state = state_of(money.loan, platform.day, rulebook())
    assert state.days_overdue == 1 and state.principal_due + state.interest_due == 100_00
    platform.later(9)
    owed = state_of(money.loan, platform.day, rulebook())
    assert owed.penalty + owed.compound > 0
    platform.do(money.officer, "loan.paper", money.loan, kind="overdue_notice")
    notice = Paper.objects.get(kind="overdue_notice")
    assert notice.facts["overdue"] == owed.due and notice.facts["overdue_days"] == 10
    money.pay(owed.due)
    loan = money.loan
    assert (loan.overdue, loan.overdue_days) == (0, 0)
    demand_kept(platform, loan)
    # More than is due repays principal at once: the instalments become smaller, the end stays.
    before, end = loan.next_due, loan.end
    money.pay(50_000_000)
    loan = money.loan
    assert loan.next_due < before and loan.end == end
    assert loan.balance == state_of(loan, platform.day, rulebook()).principal
    demand_kept(platform, loan)
    # Money that came some days ago counts from its day.
    platform.later(5)
    money.pay(1_000_000, day=platform.day - timedelta(days=3))
    demand_kept(platform, money.loan)
    received = sum(payment.amount for payment in Payment.objects.filter(kind="repayment"))
    state = state_of(money.loan, platform.day, rulebook())
    assert sum(one.amount for one in state.applied) == received
    assert sum(sum(one.parts.values()) + one.prepaid + one.credit for one in state.applied) == received
    assert check_register(platform.folder).findings == ()


def test_a_wrong_match_is_reversed_and_matched_anew(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.released()
    platform.later(30)
    payoff = state_of(money.loan, platform.day, rulebook()).payoff
    line = money.pay(payoff)
    assert money.state == CaseState.REPAID
    wrong = Payment.objects.get(kind="repayment")
    platform.do(money.cashier, "payment.reverse", wrong, reason="这笔款是另一家企业的")
    wrong.refresh_from_db()
    assert refused(platform, money.cashier, "payment.confirm_reversal", wrong) == "same_person"
    events = len(money.loan.events)
    platform.do(money.second, "payment.confirm_reversal", wrong)
    loan = money.loan
    assert (loan.state, loan.balance, money.state) == ("standing", AMOUNT, CaseState.DISBURSED)
    assert len(loan.events) == events + 1 and loan.events[-1]["of"] == wrong.event  # nothing was edited
    line.refresh_from_db()
    assert line.state == "open"
    demand_kept(platform, loan)
    platform.do(money.cashier, "line.match", line, loan=loan.number, kind="repayment")
    platform.do(money.second, "line.confirm", line)
    assert (money.loan.state, money.state) == ("repaid", CaseState.REPAID)
    assert check_register(platform.folder).findings == ()


def test_a_release_that_was_another_loans_is_taken_back(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.released()
    payment = Payment.objects.get(kind="release")
    paid = money.pay(1_000_00)
    assert refused(platform, money.cashier, "payment.reverse", payment, reason="错") == "payments_after"
    repaid = Payment.objects.get(line=paid)
    platform.do(money.cashier, "payment.reverse", repaid, reason="错")
    platform.do(money.second, "payment.keep", repaid)
    platform.do(money.cashier, "payment.reverse", repaid, reason="错")
    platform.do(money.second, "payment.confirm_reversal", repaid)
    platform.do(money.cashier, "payment.reverse", payment, reason="错")
    platform.do(money.second, "payment.confirm_reversal", payment)
    assert (money.loan.state, money.loan.start, money.state) == ("waiting", None, CaseState.REGISTERING)
    platform.later(2)
    money.pay(AMOUNT, "release")
    assert (money.loan.state, money.loan.start, money.state) == ("standing", platform.day, CaseState.DISBURSED)
    demand_kept(platform, money.loan)
    assert check_register(platform.folder).findings == ()


def test_too_much_is_held_and_given_back_before_the_case_is_closed(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.released()
    platform.later(20)
    payoff = state_of(money.loan, platform.day, rulebook()).payoff
    money.pay(payoff + 12_345)
    assert (money.loan.state, money.state) == ("repaid", CaseState.REPAID)
    assert state_of(money.loan, platform.day, rulebook()).credit == 12_345
    assert refused(platform, money.officer, "case.close", money.fresh()) == "credit_held"
    line = money.line(12_346, "out")
    assert (
        refused(platform, money.cashier, "line.match", line, loan=money.loan.number, kind="refund")
        == "more_than_held"
    )
    money.pay(12_345, "refund")
    demand_kept(platform, money.loan)
    money.on_case(money.officer, "case.close")
    assert money.state == CaseState.CLOSED
    payment = Payment.objects.get(kind="refund")
    assert refused(platform, money.cashier, "payment.reverse", payment, reason="错") == "closed"


def test_a_guarantor_that_pays_is_named(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, guaranteed=True)
    money.released()
    platform.set_day(money.loan.next_due_on + timedelta(days=5))
    due = state_of(money.loan, platform.day, rulebook()).due
    money.pay(due, payer="guarantor")
    books = books_of(money.loan, platform.day, rulebook())
    assert books.books.balance("guarantor:recourse") == due and books.problems == ()


def test_proposals_by_number_name_and_amount(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.ready()
    money.on_case(money.officer, "case.disburse")
    out = money.line(AMOUNT, "out")
    assert [(one.loan.pk, one.kind) for one in proposals(out)] == [(money.loan.pk, "release")]
    money.pay(AMOUNT, "release")
    loan = money.loan
    by_all = money.line(loan.next_due, note=f"归还 {loan.number} 利息")
    assert len(proposals(by_all)[0].reasons) == 3
    by_note = money.line(77, note=loan.number.lower(), name="法定代表人李某")
    assert [one.loan.pk for one in proposals(by_note)] == [loan.pk]
    assert proposals(money.line(77, name="某物业公司", note="房租")) == []
    assert proposals(by_note)[0].kind == "repayment"


def test_a_statement_is_imported_whole_or_not_at_all(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    day = platform.day.isoformat()
    head = "日期,流水号,收支,金额,对方户名,摘要\n"
    rows = [f"{day},R{at},收入,{yuan(100 + at)},某企业,还款" for at in range(3)]

    def send(lines: list[str], **more):
        ticket = platform.upload(money.cashier, "流水.csv", (head + "\n".join(lines)).encode("gb18030"))
        return platform.do(
            money.cashier, "statement.import", file=ticket, account_number="6222 0000 1111", **more
        ).answer

    tried = send([*rows, f"{day},R9,收入,1.005,某企业,"], dry_run=True)
    assert (tried["new"], tried["wrong"]) == (3, 1) and tried["problems"][0]["field"] == "row[5].金额"
    assert tried["rows"][0] == {
        "row": 2, "state": "new", "day": str(day), "reference": "R0", "direction": "in", "amount": yuan(100),
        "counterparty": "某企业", "note": "还款",
    }  # fmt: skip
    assert not StatementLine.objects.exists()
    with pytest.raises(InputError) as told:
        send([*rows, f"{day},R9,收入,1.005,某企业,", "2099-01-01,R8,进,5,某企业,"])
    assert [one.code for one in told.value.problems] == ["bad_amount", "bad_day", "bad_direction"]
    assert not StatementLine.objects.exists()

    def counted(lines: list[str]) -> tuple[int, int, int, list[str]]:
        said = send(lines)
        return said["new"], said["known"], said["wrong"], [one["code"] for one in said["notices"]]

    assert counted(rows) == (3, 0, 0, [])
    assert counted(rows) == (0, 3, 0, [])  # importing twice changes nothing
    assert counted([*rows, f"{day},R3,支出,9,某企业,"]) == (1, 3, 0, [])
    assert counted([*rows, rows[0]]) == (0, 3, 0, ["line_again"])
    assert send(rows)["format"]["zh"] == "带收支（借贷）标志的银行流水"
    with pytest.raises(InputError) as told:
        send([f"{day},R1,收入,999,某企业,"])
    assert told.value.problems[0].code == "reference_differs"
    assert StatementLine.objects.count() == 4
    with pytest.raises(ForbiddenError):
        platform.do(money.officer, "statement.import", file="x", account_number="62220000")


def test_other_banks_and_firms_see_none_of_it(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.released()
    loan, paper, line = money.loan, Paper.objects.get(kind="release_notice"), StatementLine.objects.get()
    from zhirong.chain.organisation.roles import MemberRole

    _, other = platform.bank("另一家银行", MemberRole.LENDER_CASHIER, MemberRole.LENDER_OFFICER)
    _, stranger = platform.firm()
    for who in (other, stranger):
        client = platform.client(who)
        for address in (
            f"/loans/{loan.pk}/",
            f"/papers/{paper.pk}/",
            f"/lines/{line.pk}/",
            f"/cases/{money.case.pk}/completion/",
            f"/files/{paper.pdf_id}/",
        ):
            assert client.get(address).status_code in (403, 404), address
        with pytest.raises(InputError):
            platform.do(who, "line.ignore", line, reason="x")
    manager = platform.client(money.manager)
    assert manager.get(f"/loans/{loan.pk}/").status_code == 200
    assert manager.get(f"/papers/{paper.pk}/").status_code == 200
    assert manager.get(f"/files/{paper.pdf_id}/").status_code == 200
    assert manager.get(f"/lines/{line.pk}/").status_code == 403
    assert manager.get(f"/loans/{loan.pk}/books/").status_code == 403
    assert Case.objects.get(pk=money.case.pk).state == CaseState.DISBURSED
