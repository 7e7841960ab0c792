"""Implausible values must be confirmed: dates out of range, a fee of 100 %, an amount in the wrong unit."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

import pytest
from firm_samples import drafted
from lender_world import PDF, desk_of
from pydantic import TypeAdapter

from zhirong.chain.financing.diligence import TITLE_INVESTIGATION
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.plausibility import Plausible, implausible_amount, plausible_days, unusual_rate
from zhirong.operations.request_fields import plain_type
from zhirong.store.financing import Appraisal, CheckItem, GuaranteeRequest

RULES = load_rulebook()
DAY = date(2026, 11, 30)


def codes(refused) -> list[tuple[str, str]]:
    return sorted((one.field, one.code) for one in refused.value.problems)


def ask_guarantor(platform, desk, guarantor, case, **more):
    values = {"guarantor": guarantor.pk, "amount": case.amount, "share": "80%", "fee_rate": "1%", **more}
    return platform.do(desk.officer, "guarantee.request", case, **values)


def test_a_fee_of_one_hundred_percent_needs_a_reason(sqlite_platform) -> None:
    platform = sqlite_platform
    desk = desk_of(platform)
    guarantor = platform.organisation("guarantor")
    case = desk.accepted()
    for values, wrong in (
        ({"fee_rate": "1"}, [("fee_rate", "unusual")]),
        ({"fee_rate": "100%", "share": "1"}, [("fee_rate", "unusual"), ("share", "unusual")]),
        ({"share": "0.01"}, [("share", "unusual")]),
    ):
        with pytest.raises(InputError) as refused:
            ask_guarantor(platform, desk, guarantor, case, **values)
        assert codes(refused) == wrong
    ask_guarantor(platform, desk, guarantor, case, fee_rate="5%", unusual="高风险项目，双方约定")
    asked = GuaranteeRequest.objects.get()
    assert (asked.share, asked.fee_rate) == (Decimal("0.8"), Decimal("0.05"))
    officer = platform.member(guarantor, *OPERATIONS["guarantee.review"].roles)
    page = platform.client(officer).get(f"/guarantor/requests/{asked.pk}/").content.decode()
    assert "高风险项目，双方约定" in page


def test_a_fee_in_the_wrong_unit_needs_a_reason(sqlite_platform) -> None:
    """A fee of 3 yuan is most likely 30,000, and a check for 30 million is none."""
    platform = sqlite_platform
    desk = desk_of(platform)
    case = desk.accepted()
    item = CheckItem.objects.filter(case=case).exclude(item=TITLE_INVESTIGATION).first()
    with pytest.raises(InputError) as refused:
        platform.do(
            desk.officer,
            "check.do",
            item,
            finding="已查",
            cost="3000万元",
            file=platform.upload(desk.officer, "a.pdf", PDF),
        )
    assert ("cost", "unusual") in codes(refused)
    firm, manager = platform.firm()
    agency = platform.organisation("agency")
    appraiser = platform.member(agency, MemberRole.AGENCY_APPRAISER)
    row = platform.seed(
        Appraisal, firm=firm, agency=agency, grade="formal", state="requested", purpose="pledge",
        value_type="market", rights=[platform.right(firm).pk], valuation_date=platform.day,
    )  # fmt: skip
    declared = {"independent": True, "no_preset_value": True, "appraiser": appraiser.account.pk}
    for fee in ("0", "3", "499.99", "500000.01", "3亿元"):
        with pytest.raises(InputError) as refused:
            platform.do(appraiser, "appraisal.accept", row, fee=fee, **declared)
        assert codes(refused) == [("fee", "unusual")], fee
    with pytest.raises(InputError) as refused:
        platform.do(appraiser, "appraisal.accept", row, fee="0", unusual="试点园区免费评估", **declared)
    assert codes(refused) == [("agency", "agency_barred")]  # what comes next: this agency has no qualification


@pytest.mark.parametrize("written", ["4.35%", "0.0435", " 4.35 ％", 0.0435])
def test_every_rate_may_be_written_as_a_percentage(written) -> None:
    rates = [
        (op.request, name)
        for op in OPERATIONS.values()
        for name, info in op.request.model_fields.items()
        if plain_type(info.annotation) is Decimal and name != "spread_bp"
    ]
    assert len(rates) >= 6
    for model, name in rates:
        info = model.model_fields[name]
        kind = TypeAdapter(Annotated[(info.annotation, *info.metadata)])
        assert kind.validate_python(written) == Decimal("0.0435"), (model, name)


def test_the_usual_bands_are_inclusive() -> None:
    for rule, inside, outside in (
        ("guarantor.usual_fee_rate", ("0", "0.03"), ("0.030001", "1")),
        ("guarantor.usual_share", ("0.1", "0.8"), ("0.099999", "0.800001")),
    ):
        assert not any(unusual_rate("x", Decimal(one), rule, RULES, DAY) for one in inside)
        assert all(unusual_rate("x", Decimal(one), rule, RULES, DAY) for one in outside)
    assert not implausible_amount("x", 100_000, "plausible.amount.case", RULES, DAY)
    assert implausible_amount("x", 99_999, "plausible.amount.case", RULES, DAY)
    assert implausible_amount("x", 100_000_000_001, "plausible.amount.case", RULES, DAY)
    # 860 typed as yuan is asked back as 860 times ten thousand; an amount that no unit makes plausible is not guessed.
    (typed,) = implausible_amount("x", 86_000, "plausible.amount.case", RULES, DAY)
    assert typed.hint is not None and typed.hint.zh == "请确认单位：是否为 860.00 万元？"
    assert typed.hint.en == "check the unit: is CNY 8,600,000.00 meant?"
    (none,) = implausible_amount("x", 10**17, "plausible.amount.case", RULES, DAY)
    assert none.hint is not None and "是否为" not in none.hint.zh


def test_a_valuation_date_of_1900_is_refused_and_named(sqlite_platform) -> None:
    platform = sqlite_platform
    firm, manager = platform.firm()
    right = platform.right(firm)
    agency = platform.organisation("agency")
    with pytest.raises(InputError) as refused:
        platform.do(
            manager, "appraisal.request", agency=agency.pk, rights=[right.pk], purpose="pledge", valuation_date="1900-01-01",
        )  # fmt: skip
    assert codes(refused) == [("valuation_date", "implausible_day")]
    assert "1900" not in refused.value.problems[0].reason.zh and "请核对年份" in refused.value.problems[0].hint.zh


def test_the_range_of_a_kind_is_counted_from_today() -> None:
    first, last = plausible_days("valuation", DAY, RULES)
    assert (first, last) == (date(2023, 11, 30), date(2027, 11, 30))
    assert plausible_days("valuation", DAY + timedelta(days=1), RULES)[0] == date(2023, 12, 1)


# Days of rights are judged by the law of each kind of right; a token's last day is a year ahead at most.
_JUDGED_ELSEWHERE = {"right", "calculator", "token"}


def test_every_day_that_is_asked_for_has_a_range() -> None:
    without = [
        f"{name}.{field}"
        for name, op in OPERATIONS.items()
        for field, info in op.request.model_fields.items()
        if (info.annotation is date or date in _inner(info.annotation))
        and op.scope not in _JUDGED_ELSEWHERE
        and not any(isinstance(one, Plausible) for one in _metadata(info))
    ]
    assert without == []


def _inner(annotation) -> list[object]:
    found = []
    for one in getattr(annotation, "__args__", ()):
        found += [one, getattr(one, "__origin__", None)]
    return found


def _metadata(info) -> list[object]:
    found = list(info.metadata)
    for one in getattr(info.annotation, "__args__", ()):
        found += list(getattr(one, "__metadata__", ()))
    return found


def test_ready_is_only_said_where_the_next_step_is_taken(sqlite_platform) -> None:
    platform = sqlite_platform
    _, manager = platform.firm("陕西泾水兴环保科技有限公司")
    bank, _ = platform.bank("西安银行")
    case = drafted(platform, manager, bank)
    client = platform.client(manager)
    page = client.get(f"/firm/cases/{case.pk}/").content.decode()
    assert "资料已齐备，请核对可支持额度后提交" in page and "核对并提交" in page
    review = client.get(f"/firm/cases/{case.pk}/apply/review/").content.decode()
    assert "申请与可支持额度" in review and "2,000,000.00" in review
    case = platform.reseed(case, mode="guangzhou-5311")
    page = client.get(f"/firm/cases/{case.pk}/").content.decode()
    assert "已齐备" not in page and "核对并提交" not in page and "2023" in page
    with pytest.raises(InputError) as refused:
        platform.do(manager, "case.submit", case, agreed=True)
    assert {one.code for one in refused.value.problems} == {"mode_not_met"}
    for one in refused.value.problems:
        assert one.reason.zh.split("；")[0][:10] in page
    form = client.get(f"/do/case.edit/{case.pk}/").content.decode()
    assert "已于 2023-12-31 结束" in form


def test_an_amount_in_the_wrong_unit_is_named_before_it_is_submitted(sqlite_platform) -> None:
    platform = sqlite_platform
    _, manager = platform.firm("陕西泾水兴环保科技有限公司")
    bank, _ = platform.bank("西安银行")
    case = platform.reseed(drafted(platform, manager, bank), amount=20_000)
    with pytest.raises(InputError) as refused:
        platform.do(manager, "case.submit", case, agreed=True)
    assert ("amount", "implausible_amount") in codes(refused)


def test_an_amount_in_the_wrong_unit_is_asked_back_beside_its_field(sqlite_platform) -> None:
    firm, manager = sqlite_platform.firm()
    right = sqlite_platform.right(firm)
    asked = {"amount": "300", "term_months": "12", "rights": str(right.pk)}
    answer = sqlite_platform.client(manager).get("/firm/modes/", asked)
    page = answer.content.decode()
    assert answer.status_code == 422 and "是否为 300.00 万元？" in page and 'id="about-amount"' in page
    assert sqlite_platform.client(manager).get("/firm/modes/", {**asked, "amount": "300万元"}).status_code == 200
