"""A new integrator's way: from tokens to a disbursed loan with a generated client alone (``openapi-python-client``).

Nothing is used that the description of the API does not give: ids come from lists, amounts go in as strings, versions from
what was read. What the bank does with two people is done with two tokens.
"""

import importlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_world import ApiWorld
from firm_samples import FACTS, credit, income
from money_world import PDF, Clock, Money

from zhirong.chain.organisation.roles import MemberRole
from zhirong.web.wsgi import application

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "tools"))
import make_client  # noqa: E402

_PACKAGE = "zhirong_made_client"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The generated client, importable under its name."""
    folder = tmp_path_factory.mktemp("integrator")
    (folder / "openapi.json").write_text(json.dumps(make_client.described()), encoding="utf-8")
    (folder / "options.yml").write_text("post_hooks: []\nliteral_enums: true\n", encoding="utf-8")
    generator = Path(sys.executable).parent / "openapi-python-client"
    asked = [
        "generate",
        "--path",
        "openapi.json",
        "--output-path",
        _PACKAGE,
        "--meta",
        "none",
        "--config",
        "options.yml",
    ]
    subprocess.run([str(generator), *asked], check=True, capture_output=True, cwd=folder)
    sys.path.insert(0, str(folder))
    return _PACKAGE


class Desk:
    """One token in the generated client."""

    def __init__(self, made: str, token: str, number: Callable[[], int]) -> None:
        self._made, self._number = made, number
        client = importlib.import_module(f"{made}.client").AuthenticatedClient
        transport = httpx.WSGITransport(app=application)
        self._client = client(
            "http://localhost", token, httpx_args={"transport": transport}, raise_on_unexpected_status=True
        )

    def _call(self, tag: str, call: str, /, *path: Any, **given: Any) -> Any:
        module = importlib.import_module(f"{self._made}.api.{tag}.{call}")
        answer = module.sync_detailed(*path, client=self._client, **given)
        assert answer.status_code in (200, 201), (call, answer.content.decode())
        return answer.parsed

    def me(self) -> Any:
        return self._call("me", "me")

    def rows(self, listed: str, **filters: Any) -> list[Any]:
        return list(self._call("lists", f"list_{listed}", **filters).rows)

    def row(self, listed: str, **filters: Any) -> Any:
        (found,) = self.rows(listed, **filters)
        return found

    def get(self, noun: str, row: int) -> Any:
        return self._call("objects", f"get_{noun}", row)

    def upload(self, name: str, content: bytes) -> str:
        files = importlib.import_module(f"{self._made}.models")
        types = importlib.import_module(f"{self._made}.types")
        body = files.UploadFileFileParams(
            file=types.File(payload=_stream(content), file_name=name, mime_type="application/pdf")
        )
        return str(self._call("files", "upload_file", body=body).ticket)

    def do(self, name: str, row: int | None = None, version: int | None = None, **data: Any) -> Any:
        scope = name.split(".")[0]
        models = importlib.import_module(f"{self._made}.models")
        title = "".join(part.capitalize() for part in name.replace("_", ".").split(".")) + "Request"
        given: dict[str, Any] = {"body": getattr(models, title).from_dict(data)}
        given["idempotency_key"] = f"integrator-{self._number()}"
        if row is not None:
            given["if_match"] = f'"{version}"'
        tag = scope + "_" if scope == "import" else scope
        return self._call(tag, "do_" + name.replace(".", "_"), *([] if row is None else [row]), **given)

    def on_case(self, name: str, case: int, **data: Any) -> Any:
        return self.do(name, case, self.get("cases", case).version, **data)

    def choices(self, name: str, row: int, field: str) -> list[str]:
        """What can be chosen in a field, as the description of the operation for this row says."""
        (said,) = self._call("me", "my_operations", name=name, id=row).rows
        (asked,) = [one for one in said.fields if one.name == field]
        return [one.value for one in asked.choices]


def _stream(content: bytes) -> Any:
    return io.BytesIO(content)


def test_from_tokens_to_a_disbursed_loan(made: str, world: ApiWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = world.platform
    house = platform.organisation("guarantor", "陕西某某融资担保有限公司")
    codes = Money.__new__(Money)  # the authenticators of those who sign
    codes.clock = Clock(monkeypatch)
    roles = MemberRole
    people = {
        "firm": world.manager,
        "officer": world.officer,
        "head": world.banker,
        **{
            name: platform.member(world.bank, role)
            for name, role in (
                ("reviewer", roles.LENDER_REVIEWER),
                ("approver", roles.LENDER_APPROVER),
                ("cashier", roles.LENDER_CASHIER),
                ("second", roles.LENDER_CASHIER),
            )
        },
        "surety": platform.member(house, roles.GUARANTOR_OFFICER),
        "decides": platform.member(house, roles.GUARANTOR_APPROVER),
    }
    desks = {name: Desk(made, world.token(who), platform.number) for name, who in people.items()}
    case = _submitted(desks["firm"], platform.day.isoformat())
    _approved(desks, case, platform.day.isoformat())
    _guaranteed(desks, case)
    _contracted(desks, case, platform.day.isoformat())
    for name in ("firm", "head", "decides"):
        desk = desks[name]
        papers = [
            desk.get("papers", one.id) for one in desk.rows("papers", subject=f"case/{case}", state_code="issued")
        ]
        seen = [one.sha256 for one in papers]
        desk.on_case("case.sign", case, sha256=seen, code=codes.code(people[name].account))
    _registered(desks, case, platform.day.isoformat())
    loan = _disbursed(desks, case, platform.day.isoformat())
    assert (loan.principal, loan.balance) == ("1000000.00", "1000000.00")
    assert str(desks["firm"].get("cases", case).state) == "released"


def _submitted(firm: Desk, day: str) -> int:
    """The firm registers a right, values it, drafts and submits the case."""
    right = firm.do(
        "right.add",
        kind="invention",
        number="202110123456.7",
        title="一种检测装置",
        filing_date="2021-03-10",
        grant_date="2023-05-09",
        holders="陕西泾水兴环保科技有限公司",
        status="in_force",
    ).id
    appraisal = firm.do("appraisal.online", **income([right])).id
    bank = firm.row("directory", kind_code="lender")
    drafted = firm.do(
        "case.draft",
        lender=bank.id,
        mode="xixian",
        amount="1000000.00",
        term_months=12,
        purpose="采购原材料",
        rights=[right],
        appraisal=appraisal,
        facts=FACTS,
        credit=credit(day),
    )
    firm.do("case.submit", drafted.id, drafted.version, agreed=True)
    return int(drafted.id)


def _approved(desks: dict[str, Desk], case: int, day: str) -> None:
    """The bank checks, rates, reviews and approves."""
    officer = desks["officer"]
    listed = officer.row("lender_cases", state_code="submitted")
    assert listed.id == case
    officer.do("case.accept", case, listed.version, officer=officer.me().account)
    for check in officer.rows("lender_checks", case_id=case):
        data = {"finding": "核对无误", "file": officer.upload("evidence.pdf", PDF)}
        if check.item == "title_investigation":
            data |= {"law_firm": "某律师事务所", "commissioned_on": day, "done_on": day, "paid_by": "pledgor"}
            data |= {"title_finding": "clear", "cost": "8000.00"}
        officer.do("check.do", check.id, check.version, **data)
    for name in ("officer", "reviewer"):
        sheet: dict[str, Any] = {"independent": True, "rated_alone": True}
        for code in _RATED:
            sheet |= {f"{code}_points": 3 if code == "setbacks" else 4, f"{code}_evidence": "访谈记录"}
        desks[name].on_case("team.rate", case, **sheet)
    officer.on_case("case.review", case)
    officer.on_case("case.submit_for_approval", case, amount="1000000.00", opinion="同意放款")
    for name in ("reviewer", "approver"):
        desks[name].on_case("case.approve", case, amount="1000000.00", opinion="同意")


_RATED = ("market", "delivery", "technology", "finance", "ip_management", "continuity", "openness", "setbacks")


def _guaranteed(desks: dict[str, Desk], case: int) -> None:
    """The mode asks for a guarantee: two people of the guarantor grant it."""
    officer, surety, decides = desks["officer"], desks["surety"], desks["decides"]
    decides.do("guarantor.figures", as_of="2026-06-30", net_assets="100000000.00", source="2025 年度审计报告")
    house = officer.row("directory", kind_code="guarantor")
    officer.on_case(
        "guarantee.request", case, guarantor=house.id, amount="1000000.00", share="0.8", fee_rate="0.01"
    )
    asked = surety.row("guarantor_requests", case_id=case)
    done = surety.do(
        "guarantee.review", asked.id, asked.version, counter_guarantee="无", group="", opinion="可以担保"
    )
    decides.do("guarantee.grant", done.id, done.version, opinion="同意")


def _contracted(desks: dict[str, Desk], case: int, day: str) -> None:
    """The bank issues the contracts and settles what the approval left open."""
    officer = desks["officer"]
    officer.on_case("contract.issue", case, start=day)
    officer.on_case(
        "use.record",
        case,
        payee="某膜材料有限公司",
        amount="1000000.00",
        what="采购膜组件",
        is_working_capital=True,
        file=officer.upload("采购合同.pdf", PDF),
    )
    for item in officer.choices("condition.settle", case, "item"):
        officer.on_case("condition.settle", case, item=item, finding="已核实，见调查底稿")


def _registered(desks: dict[str, Desk], case: int, day: str) -> None:
    """The pledge is filed; one person records the authority's result, another checks it."""
    officer, second = desks["officer"], desks["second"]
    officer.on_case("filing.prepare", case)
    officer.on_case("filing.file", case)
    for filing in officer.choices("filing.record", case, "filing"):
        officer.on_case(
            "filing.record",
            case,
            filing=int(filing),
            authority_number=f"Y2026610{int(filing):06d}",
            day=day,
            certificate=officer.upload("登记通知书.pdf", PDF + filing.encode()),
        )
        second.on_case("filing.check", case, filing=int(filing), agrees=True)


def _disbursed(desks: dict[str, Desk], case: int, day: str) -> Any:
    """The loan waits for its money: one cashier imports and matches it, another confirms."""
    officer, cashier, second = desks["officer"], desks["cashier"], desks["second"]
    officer.on_case("case.disburse", case)
    loan = officer.row("loans", case_id=case)
    text = (
        f"日期,流水号,收支,金额,对方户名,摘要\n{day},REF00000001,支出,1000000.00,陕西泾水兴环保科技有限公司,放款\n"
    )
    ticket = cashier.upload("流水.csv", text.encode())
    cashier.do("statement.import", file=ticket, account_number="6222000011112222")
    line = cashier.row("loan_lines", direction_code="out")
    done = cashier.do("line.match", line.id, line.version, loan=loan.number, kind="release")
    second.do("line.confirm", done.id, done.version)
    return officer.get("loans", loan.id)
