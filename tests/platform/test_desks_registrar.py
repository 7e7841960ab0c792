"""The registrar's desk: filings with deadlines, the examination, every operation with its permission; the register in public."""

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from django.core.cache import cache
from register_world import BANK, FIRM, patent, patent_number
from register_world import request as filing_request

from zhirong.chain.organisation.roles import MemberRole
from zhirong.documents import file_limits
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.actors import Capacity, register_actor
from zhirong.operations.authorize import can
from zhirong.operations.declare import OPERATIONS, Call
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.pledge import pledges, reconciliation
from zhirong.operations.pledge.certificates import codes
from zhirong.operations.pledge.forms import PARTIES, REGISTRAR
from zhirong.operations.pledge.registrar_view import event_words
from zhirong.operations.refusals import ForbiddenError
from zhirong.store import models
from zhirong.store.work import Notice
from zhirong.web.registrar import pages, public

pytestmark = pytest.mark.both_databases

KEY = f"invention:{patent_number(1)}"


@pytest.fixture(autouse=True)
def _day(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.set_day(date(2025, 6, 3))
    monkeypatch.setattr(pages, "DATA", platform.folder)
    monkeypatch.setattr(public, "DATA", platform.folder)


def registrar(platform: Any) -> Any:
    return platform.member(platform.organisation("registry", "登记机构"), MemberRole.REGISTRAR)


def filed(platform: Any, *rights: Any, **filing: Any) -> int:
    by = Call(register_actor("counter", Capacity.REGISTRAR), platform.now, platform.key())
    return int(pledges.file_pledge(by, filing_request(*(rights or (patent(1),)), **filing)).registration.id)


def entered(platform: Any, who: Any, *rights: Any, **filing: Any) -> int:
    number = filed(platform, *rights, **filing)
    platform.do(who, "registration.examine", registration=number)
    platform.do(who, "registration.register", registration=number)
    return number


def codes_of(caught: Any) -> list[str]:
    return [one.code for one in caught.value.problems]


def test_from_the_work_list_to_the_entry_by_the_pages(platform: Any) -> None:
    who = registrar(platform)
    number = filed(platform)
    desk = platform.client(who)
    home = desk.get("/registrar/").content.decode()
    assert f"/registrar/registrations/{number}/" in home and re.search(r"还有 \d+ 天", home)
    page = desk.get(f"/registrar/registrations/{number}/").content.decode()
    assert "逐项审查" in page and FIRM["name"] in page
    form = desk.get(f"/registrar/registrations/{number}/examine/").content.decode()
    assert form.count('class="ground') > 5 and "依据：" in form
    key = re.search(r'name="_key" value="(\w+)"', form).group(1)  # type: ignore[union-attr]
    sent = desk.post(f"/registrar/registrations/{number}/examine/", {"_key": key})
    assert sent.status_code == 302
    assert models.Registration.objects.get(id=number).status == "examined"
    sent = desk.post(f"/registrar/registrations/{number}/examine/", {"_key": key + "e"})
    assert models.Registration.objects.get(id=number).number == 1
    page = desk.get(f"/registrar/registrations/{number}/").content.decode()
    assert "登记号 1" in page and "/do/registration.discharge/" in page and "逐项审查" not in page
    assert check_register(platform.folder).findings == ()


def test_an_operation_that_only_folds_delivers_its_notices(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house = platform.organisation("registry", "登记机构")
    who, other = (platform.member(house, MemberRole.REGISTRAR) for _ in range(2))
    op = OPERATIONS["registration.examine"]

    def notifying(work: Any, request: Any) -> Any:
        work.notify(Text("已审查", "examined"), "/registrar/", house)
        return op.run(work, request)

    monkeypatch.setitem(OPERATIONS, op.name, replace(op, run=notifying))
    platform.do(who, op.name, registration=filed(platform))
    assert [one.account_id for one in Notice.objects.all()] == [other.account.pk]


def test_a_ground_that_the_data_leave_unknown_must_be_found_out(platform: Any) -> None:
    who = registrar(platform)
    unknown = patent(1, fee_paid_through_year=None)
    del unknown["fee_paid_through_year"]
    number = filed(platform, unknown)
    desk = platform.client(who)
    address = f"/registrar/registrations/{number}/examine/"
    sent = desk.post(address, {"_key": platform.key()})
    assert sent.status_code == 422 and models.Registration.objects.get(id=number).status == "filed"
    names = re.findall(r'name="(how:[^"]+)"', sent.content.decode())
    assert names
    sent = desk.post(address, {"_key": platform.key(), **dict.fromkeys(names, "查专利登记簿副本")})
    assert sent.status_code == 302 and models.Registration.objects.get(id=number).status == "examined"


def test_a_ground_that_refuses_refuses_the_filing(platform: Any) -> None:
    who = registrar(platform)
    number = filed(platform)
    lost = patent(1, status="invalidated", ended_date="2025-06-01")
    text = "[[rights]]\n" + "\n".join(
        f'{name} = "{value}"' for name, value in lost.items() if isinstance(value, str)
    )
    text += f'\nfee_paid_through_year = 12\n[[rights.holders]]\nname = "{FIRM["name"]}"\n'
    ticket = platform.upload(who, "摘录.toml", text.encode())
    done = platform.do(who, "registration.examine", registration=number, extracts=ticket)
    assert done.answer["status"] == "refused"
    page = platform.client(who).get(f"/registrar/registrations/{number}/").content.decode()
    assert "不予登记" in page


def test_a_filing_at_the_counter_comes_as_a_file(platform: Any) -> None:
    who = registrar(platform)
    one = filing_request(patent(1))
    filing = one["filing"]
    lines = ['role = "record"', "[filing]"]
    for name, value in filing.items():
        if name in ("pledgors", "pledgee"):
            continue
        shown = str(value).lower() if isinstance(value, bool) else repr(value)
        lines.append(f"{name} = {shown}".replace("'", '"'))
    lines.append(f'pledgee = {{ name = "{BANK["name"]}" }}')
    lines.append(f'pledgors = [{{ name = "{FIRM["name"]}" }}]')
    lines.append("[[rights]]")
    for name, value in one["rights"][0].items():
        if name != "holders":
            lines.append(f"{name} = {value!r}".replace("'", '"'))
    lines.append(f'holders = [{{ name = "{FIRM["name"]}" }}]')
    ticket = platform.upload(who, "申请.toml", "\n".join(lines).encode())
    done = platform.do(who, "registration.file", file=ticket)
    assert done.answer["status"] == "filed" and done.answer["all"] == [done.answer["id"]]
    again = platform.upload(who, "申请.toml", b"role = 5")
    with pytest.raises(InputError):
        platform.do(who, "registration.file", file=again)


def test_every_change_of_an_entered_registration(platform: Any) -> None:
    who = registrar(platform)
    number = entered(platform, who, patent(1), patent(2), debt_end="2026-06-01")
    platform.do(who, "registration.amend", registration=number, claim_amount="150万元", changed_on="2025-06-02")
    platform.do(who, "registration.extend", registration=number, debt_end="2026-12-01")
    platform.do(
        who, "registration.correct", registration=number, pledgor_name="西安甲科技股份有限公司", reason="录入有误"
    )
    code = platform.organisation("lender", "丁银行").code
    platform.do(who, "registration.transfer", registration=number, name="丁银行", code=code)
    platform.do(who, "registration.court_order", registration=number, order="（2025）陕01执1号", action="freeze")
    with pytest.raises(InputError):
        platform.do(who, "registration.discharge", registration=number, reason="还清")
    platform.do(who, "registration.court_order", registration=number, order="（2025）陕01执2号", action="unfreeze")
    platform.do(who, "registration.release_part", registration=number, rights=KEY)
    done = platform.do(who, "registration.discharge", registration=number, reason="还清")
    assert done.answer["status"] == "discharged"
    page = platform.client(who).get(f"/registrar/registrations/{number}/").content.decode()
    for words in ("变更", "延期", "更正", "债权转让", "法院冻结", "部分注销", "注销", "丁银行", "股份有限公司"):
        assert words in page
    assert check_register(platform.folder).findings == ()


def test_a_right_is_frozen_before_anybody_pledges_it_and_one_of_both_is_named(platform: Any) -> None:
    who = registrar(platform)
    with pytest.raises(InputError) as caught:
        platform.do(who, "registration.court_order", order="1号", action="freeze")
    assert codes_of(caught) == ["one_of_both"]
    with pytest.raises(InputError) as caught:
        platform.do(who, "registration.court_order", order="1号", action="freeze", registration=1, right=KEY)
    assert codes_of(caught) == ["one_of_both"]
    platform.do(who, "registration.court_order", order="1号", action="freeze", right=KEY)
    number = filed(platform, patent(2))
    assert number
    with pytest.raises(InputError) as caught:
        filed(platform)
    assert "frozen" in codes_of(caught)


def test_a_party_does_to_its_own_registration_what_the_register_lets_it(platform: Any) -> None:
    who = registrar(platform)
    number = entered(platform, who)
    bank = platform.organisation("lender", BANK["name"])
    own = platform.member(bank, MemberRole.LENDER_MANAGER)
    other = platform.member(platform.organisation("lender", "别的银行"), MemberRole.LENDER_MANAGER)
    officer = platform.member(bank, MemberRole.LENDER_OFFICER)
    for stranger in (other, officer):
        with pytest.raises(ForbiddenError):
            platform.do(stranger, "registration.discharge", registration=number, reason="还清")
    for name in (
        "registration.register",
        "registration.examine",
        "registration.revoke",
        "registration.court_order",
    ):
        assert not can(platform.actor(own), name)
    assert platform.client(own).get(f"/registrar/registrations/{number}/").status_code == 200
    platform.do(own, "registration.discharge", registration=number, reason="还清")
    second = filed(platform, patent(3))
    assert platform.client(other).get(f"/registrar/registrations/{second}/").status_code == 404
    firm = platform.organisation("firm", FIRM["name"])
    manager = platform.member(firm, MemberRole.FIRM_MANAGER)
    assert platform.client(manager).get(f"/registrar/registrations/{second}/").status_code == 200
    platform.do(manager, "registration.withdraw", registration=second, reason="改向别的银行申请")


def test_every_operation_of_the_register_names_its_roles(platform: Any) -> None:
    mine = [op for op in OPERATIONS.values() if op.scope == "registration"]
    assert len(mine) >= 15
    for op in mine:
        assert set(op.roles) <= set(PARTIES) and set(REGISTRAR) <= set(op.roles)


def test_a_repeated_request_is_done_once(platform: Any) -> None:
    who = registrar(platform)
    number = filed(platform)
    for repeated in (False, True):
        done = platform.do(who, "registration.examine", registration=number, key="once")
        assert done.repeated is repeated and done.answer["status"] == "examined"
    assert models.Event.objects.filter(kind="pledge.accept").count() == 1


def test_the_authoritys_number_completes_a_mirror_and_its_data_are_compared(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = registrar(platform)
    by = Call(register_actor("counter", Capacity.REGISTRAR), platform.now, platform.key())
    number = int(pledges.file_pledge(by, filing_request(patent(1), role="mirror")).registration.id)
    ticket = platform.upload(who, "证书.pdf", b"%PDF-1.7 x")
    platform.do(
        who, "registration.record_authority", registration=number, authority="国家知识产权局",
        authority_number="Y2025610000001", day="2025-06-03", file=ticket,
    )  # fmt: skip
    assert models.Registration.objects.get(id=number).authority_number == "Y2025610000001"
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["登记号", "权利号", "出质人", "质权人", "登记日", "注销日"])
    sheet.write_row(1, 0, ["Y2025610000001", patent_number(1), FIRM["name"], "别的银行", "2025-06-03", ""])
    book.close()
    ticket = platform.upload(who, "公布.xlsx", buffer.getvalue())
    done = platform.do(who, "registration.reconcile", authority="国家知识产权局", file=ticket, is_complete=True)
    assert [one["registration"] for one in done.answer["differences"]] == [number]
    page = platform.client(who).get("/registrar/reconciliations/").content.decode()
    assert "Y2025610000001" in page
    assert "state bad" in platform.client(who).get("/registrar/").content.decode()
    bad = platform.upload(who, "公布.csv", "登记号,权利号\n1,2\n".encode())
    with pytest.raises(InputError) as caught:
        platform.do(who, "registration.reconcile", authority="国家知识产权局", file=bad)
    assert "质权人" in caught.value.problems[0].value
    # Rows are read before the only writer is held up: nothing of the reconciliation has begun where one cannot be.
    with monkeypatch.context() as patched:
        patched.setattr(reconciliation, "decide_reconciliation", lambda *given, **named: pytest.fail("begun"))
        heads = "登记号,权利号,出质人,质权人,登记日,注销日"
        row = f"Y2025610000001,{patent_number(1)},{FIRM['name']},别的银行,2025-16-03,"
        wrong = platform.upload(who, "公布.csv", f"{heads}\n{row}\n".encode())
        with pytest.raises(InputError) as caught:
            platform.do(who, "registration.reconcile", authority="国家知识产权局", file=wrong)
    assert "2025-16-03" in str(caught.value)
    with monkeypatch.context() as patched:
        patched.setattr(file_limits, "RECORDS_SECONDS", 0.0)
        with pytest.raises(InputError) as caught:
            platform.do(who, "registration.reconcile", authority="国家知识产权局", file=wrong)
    assert caught.value.problems[0].code == "file_too_large"


def test_certificates_receipts_and_the_daily_file(platform: Any) -> None:
    who = registrar(platform)
    number = entered(platform, who)
    platform.later(1)  # the pages' clock is the real time of day
    desk = platform.client(who)
    made = desk.post(f"/registrar/registrations/{number}/certificate/", {"_key": "c1"})
    assert (
        made.content.startswith(b"%PDF")
        and desk.get(f"/registrar/registrations/{number}/certificate/").status_code == 405
    )
    index = models.Event.objects.filter(registration=number, kind="pledge.enter").get().index
    receipt = desk.get(f"/registrar/registrations/{number}/receipts/{index}/")
    assert receipt["Content-Disposition"].endswith(f'receipt-{index}.json"')
    visitor = platform.client()
    checked = visitor.post("/register/verify/", {"receipt": io.BytesIO(receipt.content)})
    assert checked.status_code == 200
    assert "state good" in checked.content.decode()
    forged = receipt.content.replace(b"pledge.enter", b"pledge.amend")
    assert "state good" not in visitor.post("/register/verify/", {"receipt": io.BytesIO(forged)}).content.decode()
    assert visitor.post("/register/verify/", {"receipt": io.BytesIO(b"{}")}).status_code == 422
    code = codes(models.Event.objects.get(index=index))[0]
    words = visitor.get("/register/verify/", {"code": code}).content.decode()
    assert event_words("pledge.enter").zh in words and "pledge.enter" not in words
    day = desk.get("/registrar/changes/?day=2025-06-03&file=1").json()
    assert "pledge.enter" in [entry["kind"] for entry in day]
    assert desk.get("/registrar/changes/?day=nonsense").status_code == 200


def test_the_public_searches_without_an_account_and_sees_no_more_than_is_published(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = registrar(platform)
    entered(platform, who, patent(1, holders=[{"name": "王小明", "is_natural_person": True}, dict(FIRM)]),
            pledgors=[{"name": "王小明", "is_natural_person": True}, dict(FIRM)])  # fmt: skip
    filed(platform, patent(2))
    visitor = platform.client()
    assert visitor.get("/register/").status_code == 200
    for query in (f"number={patent_number(1)}", "number=1", f"name={BANK['name']}&side=pledgee", "name=甲科技&how=part",
                  "name=西安市甲科技有限责任公司&how=similar", "first=2025-06-01&last=2025-06-30"):  # fmt: skip
        page = visitor.get(f"/register/?{query}").content.decode()
        assert patent_number(1) in page, query
        assert "2,000,000.00" not in page and "王小明" not in page and "王**" in page
    waiting = visitor.get("/register/?name=甲科技&how=part").content.decode()
    assert patent_number(2) not in waiting
    assert "未查到" in visitor.get(f"/register/?number={patent_number(2)}").content.decode()
    assert "未查到" in visitor.get("/register/?name=王小明").content.decode()
    assert visitor.get("/register/?first=无").status_code == 422
    monkeypatch.setattr(public, "_MOST_A_MINUTE", 2)
    cache.clear()
    made = visitor.post(f"/register/?number={patent_number(1)}", {"_key": "p1"})
    assert made.content.startswith(b"%PDF")
    for _ in range(5):
        made = visitor.post(f"/register/?number={patent_number(1)}")
        if made.status_code == 429:
            break
    assert made.status_code == 429
