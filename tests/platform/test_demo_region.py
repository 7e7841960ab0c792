"""The region made up for training: every step through the operations, so everything that they keep must hold afterwards."""

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from money_numbers import amounts_as_numbers

from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.registration import Status
from zhirong.operations.case.approvals import round_of
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.pledge.registrar_view import waiting
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import Appraisal, Case, GuaranteeRequest, Loan, Paper, StatementLine, WatchFlag
from zhirong.store.parties import Account, Mandate, Organisation
from zhirong.store.recovery import DefaultCase, LoanAlarm

pytestmark = pytest.mark.xdist_group("demo region")  # made once

STATES = {
    "draft": 1,
    "submitted": 1,
    "diligence": 1,
    "approval": 1,
    "approved": 1,
    "signing": 1,
    "registering": 1,
    "released": 2,
    "repaid": 1,
    "closed": 1,
    "declined": 1,
    "withdrawn": 1,
}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the command, in a folder of its own."""
    import register_databases

    folder = tmp_path_factory.mktemp("region")
    command = [str(Path(sys.executable).with_name("zhirong")), "demo-region", "--data", str(folder)]
    environment = {**os.environ, "DATABASE_URL": "", "ZHIRONG_DATA": str(folder)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)  # of the tests themselves
    with register_databases.with_tables("sqlite", folder):
        done = subprocess.run(
            [*command, "--today", "2026-11-25"], env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "bank.officer@demo.zhirong.example" in done.stdout
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 2 and "已有机构" in again.stderr
    # Started again, it says once more how to sign in.
    begun = subprocess.run([*command, "--if-empty"], env=environment, capture_output=True, text=True, check=False)
    assert begun.returncode == 0 and begun.stdout == done.stdout
    return folder


def test_every_state_is_there_and_everything_checks(region: Path) -> None:
    import register_databases

    register_databases.use("", region)
    assert Counter(Case.objects.values_list("state", flat=True)) == STATES
    assert Organisation.objects.filter(kind="firm", status="active").count() == sum(STATES.values())
    late = Loan.objects.get(overdue_days__gt=0)
    assert late.state == "standing" and late.overdue > 0 and late.category != "normal"
    assert WatchFlag.objects.filter(loan=late, kind="overdue", cleared_on=None).exists()
    case = DefaultCase.objects.get(loan=late)
    assert case.state == "demanded" and case.debt >= late.overdue
    assert LoanAlarm.objects.filter(loan=late, code="overdue", state="open").exists()
    standing = Loan.objects.get(state="standing", overdue_days=0)
    assert standing.balance == standing.principal and standing.next_due_on is not None
    assert Loan.objects.filter(state="repaid", balance=0).count() == 2
    check = check_register(region)
    assert check.findings == () and check.events > 300


def test_every_desk_has_open_work(region: Path) -> None:
    import register_databases

    register_databases.use("", region)
    day = date(2026, 11, 25)
    assert {row.state for row in Appraisal.objects.filter(grade="formal")} == {"requested", "worked"}
    assert {"requested", "reviewed", "granted"} <= set(GuaranteeRequest.objects.values_list("state", flat=True))
    assert [one.registration.status for one in waiting(day)] == [Status.FILED]
    mandate = Mandate.objects.get(ended_on=None)
    assert mandate.until > day and {"right.add", "case.draft"} <= set(mandate.operations)
    in_approval = Case.objects.get(state="approval")
    now = round_of(in_approval, SimpleNamespace(rules=rulebook(), day=day))
    assert (now.given, now.wanted) == (1, MemberRole.LENDER_APPROVER)
    assert sorted(StatementLine.objects.exclude(state="confirmed").values_list("state", flat=True)) == [
        "matched",
        "open",
    ]


def test_people_have_names_and_contracts_an_address(region: Path) -> None:
    import register_databases

    register_databases.use("", region)
    assert not Account.objects.filter(display_name="").exists()
    facts = Paper.objects.filter(kind="loan_contract").latest("pk").facts["lender"]
    assert facts["address"] == "秦川新区金融大道 1 号" and facts["legal_representative"] == "韩立"


def test_no_amount_of_an_object_is_a_number(region: Path) -> None:
    import register_databases

    register_databases.use("", region)
    assert amounts_as_numbers() == []
