"""The checker refuses what cannot be meant, the formatter keeps what is meant, and a stranger's rule of each kind runs."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from mode_samples import HEAD, mode_of, quota_body

from zhirong.chain.mode import vocabulary
from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.charges import LoanFacts, ModeCharge, charges
from zhirong.chain.mode.layout import format_mode
from zhirong.chain.mode.loss import LoanLoss, LossRecovery, PoolState
from zhirong.chain.mode.reader import read_mode
from zhirong.chain.mode.stacking import stacked
from zhirong.chain.mode.stream import settle
from zhirong.chain.mode.transfer import put_exercised
from zhirong.kernel.errors import InputError
from zhirong.mode_files import load_modes, mode_files

GOOD = quota_body({"lender": 2_000, "fund": 8_000})
TIERS = (
    '[[sharing]]\nbase = ["principal"]\nrest_to = "lender"\nmeasure = "loan_amount"\ntier_reading = "whole"\n'
    "[[sharing.tier]]\nup_to = {first}\nshares = {{ fund = 0.8, lender = 0.2 }}\n"
    "[[sharing.tier]]\n{second}shares = {{ fund = 0.5, lender = 0.5 }}\n"
    "[[sharing.tier]]\n{third}shares = {{ lender = 1 }}\n"
)
CAP = '\n[[sharing.cap]]\ncounts = "{counts}"\nper = ["loan"]\npayers = ["{payer}"]\noverflow_to = "{over}"\n{limit}\n'


def refused(body: str, change: Callable[[str], str] = lambda text: text) -> dict[str, tuple[str, str]]:
    """Codes of the problems with their field and hint."""
    with pytest.raises(InputError) as error:
        read_mode(change(HEAD.format(id="sample") + body), "sample.toml")
    return {p.code: (p.field, p.hint.en) for p in error.value.problems}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (GOOD.replace("fund = 0.8000", "fund = 0.7900"), "does_not_add_up", "sharing[1].tier[1].shares"),
        (GOOD.replace("fund = 0.8000", "found = 0.8000"), "unknown_party", "sharing[1].tier[1].shares.found"),
        (GOOD + "\nfoo = 1\n", "unknown_field", "sharing[1].tier[1].foo"),
        (GOOD.replace('rest_to = "lender"', 'rest_to = "park"'), "unknown_party", "sharing[1].rest_to"),
        (TIERS.format(first=5000000, second="", third=""), "overlap", "sharing[1].tier[2].up_to"),
        (TIERS.format(first=5000000, second="up_to = 4000000\n", third=""), "overlap", "sharing[1].tier[2].up_to"),
        (
            TIERS.format(first=5000000, second="up_to = 6000000\n", third="up_to = 9000000\n"),
            "gap",
            "sharing[1].tier[3].up_to",
        ),
        (
            GOOD + CAP.format(counts="payment", payer="fund", over="fund", limit="amount = 1"),
            "contradiction",
            "sharing[1].cap[1].overflow_to",
        ),
        (
            GOOD + CAP.format(counts="payment", payer="fund", over="lender", limit=""),
            "contradiction",
            "sharing[1].cap[1].amount",
        ),
        (
            GOOD + CAP.format(counts="payment", payer="insurer", over="lender", limit="amount = 1"),
            "contradiction",
            "sharing[1].cap[1].payers",
        ),
        (
            GOOD
            + CAP.format(counts="payment", payer="fund", over="lender", limit="amount = 1")
            + CAP.format(counts="payment", payer="fund", over="lender", limit="amount = 1").replace(
                'payers = ["fund"]\noverflow_to = "lender"', 'payers = ["lender"]\noverflow_to = "fund"'
            ),
            "contradiction",
            "sharing[1].cap[2].overflow_to",
        ),
        (
            GOOD + "\n[[sharing.ceiling]]\nparties = [\"fund\"]\nshare = 0.5\n",
            "above_ceiling",
            "sharing[1].tier[1].shares",
        ),
        (GOOD + '\n[[condition]]\nfact = "regoin"\nwithin = ["440100"]\n', "unknown_fact", "condition[1].fact"),
        (GOOD + '\n[[condition]]\nfact = "region"\nis = true\n', "wrong_test", "condition[1].fact"),
        (
            GOOD
            + '\n[[charge]]\ncode = "a"\ntitle = "a"\nkind = "subsidy"\npayer = "fund"\npayee = "firm"\n'
            + 'base = "charge"\nof = "b"\nrate = 0.5\nwhen = "end"\n',
            "unknown_charge",
            "charge[1].of",
        ),
        (
            '[[condition]]\nfact = "ip_pledge"\nis = false\n'
            + GOOD
            + '\n[[sharing.bonus]]\nto = "fund"\nfrom = "lender"\nadd = 0.1\nwhen = [{ fact = "ip_pledge", is = true }]\n',
            "contradiction",
            "sharing[1].bonus[1].when",
        ),
        ("", "missing", "sharing"),
    ],
)  # fmt: skip
def test_the_checker_names_place_and_hint(body: str, code: str, field: str) -> None:
    found = refused(body)
    assert code in found, found
    assert found[code][0] == field
    assert found[code][1]


def test_a_file_without_a_source_is_refused() -> None:
    found = refused(GOOD, lambda text: text.replace('confidence = "assumed"', 'confidence = "verified"').replace(
        'document = "made up for a test"', ""
    ))  # fmt: skip
    assert found["no_source"][0] == "source.issuer"


def test_versions_must_neither_overlap_nor_leave_a_gap() -> None:
    first = GOOD.replace('base = ["principal"]', 'base = ["principal"]\nvalid_to = 2025-06-30')
    second = GOOD.replace('base = ["principal"]', 'base = ["principal"]\nvalid_from = 2025-07-01')
    mode = mode_of(first + second.replace("0.8000", "0.6000").replace("0.2000", "0.4000"))
    loan = LoanLoss("A", "甲", "银行", date(2025, 6, 30), date(2026, 1, 1), 1_000, 1_000)
    next_day = LoanLoss("B", "甲", "银行", date(2025, 7, 1), date(2026, 1, 1), 1_000, 1_000)
    assert [share.parts["fund"] for share in allocate(mode, [loan, next_day]).loans] == [800, 600]
    assert "gap" in refused(first + second.replace("2025-07-01", "2025-07-02"))
    assert "overlap" in refused(first + second.replace("2025-07-01", "2025-06-30"))


def test_contributions_must_sum_to_the_fund() -> None:
    body = GOOD + '\n[[fund.contribution]]\ntitle = "a"\namount = 29999999.99\n'
    assert refused(body)["does_not_add_up"][0] == "fund.contribution"


@pytest.mark.parametrize("path", mode_files(), ids=lambda path: path.stem)
def test_shipped_files_are_in_order_and_say_where_they_come_from(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_mode(text, path.name) == text
    mode = read_mode(text, path.name)
    assert mode.id == path.stem
    assert mode.source.document
    for reference in [mode.source, *(sharing.reference for sharing in mode.sharings)]:
        assert reference.document or reference.note is not None, (
            "a number is from a source, or says that it is assumed"
        )


def test_the_formatter_keeps_comments_and_is_stable() -> None:
    text = (
        "# about the file\n" + HEAD.format(id="sample").strip() + "\n" + GOOD
        + '\n# why this step\n[[step]]\nwho="firm"   # the firm itself\ntitle = "apply"\ndays=3\n'
        + '[[condition]] # why it is asked\n# only firms\nfact = "sme"\nis = true\n# the end\n'
    )  # fmt: skip
    tidy = format_mode(text, "sample.toml")
    assert format_mode(tidy, "sample.toml") == tidy
    for comment in (
        "# about the file",
        "# why this step",
        "# the firm itself",
        "# only firms",
        "# the end",
        "# why it is asked",
    ):
        assert comment in tidy
    assert tidy.index("[[condition]]") < tidy.index("[[sharing]]") < tidy.index("[[step]]")
    assert read_mode(tidy, "sample.toml") == read_mode(text, "sample.toml")


def test_the_engine_knows_no_mode_by_name() -> None:
    source = Path(__file__).resolve().parents[2] / "src" / "zhirong" / "chain"
    for file in (*(source / "mode").glob("*.py"), *(source / "quote").glob("*.py")):
        text = file.read_text(encoding="utf-8")
        for mode_id in load_modes():
            assert f'"{mode_id}"' not in text, f"{file.name} names {mode_id}"


def test_subsidies_of_two_programmes_for_one_thing_are_found() -> None:
    def programme(*subsidies: tuple[str, str]) -> list[ModeCharge]:
        body = GOOD + "".join(
            f'\n[[charge]]\ncode = "{code}"\ntitle = "{code}"\nkind = "subsidy"\npayer = "fund"\npayee = "firm"\n'
            f'base = "interest"\nrate = {rate}\nwhen = "end"\ngroup = "interest"\n'
            for code, rate in subsidies
        )
        return list(charges(mode_of(body), LoanFacts(200_000_000, date(2024, 3, 1), 12, Decimal("0.04"))))

    # Within one programme no more is given back than was paid ...
    paid = programme(("city", "0.5"), ("district", "0.8"))
    assert sum(c.amount for c in paid if c.kind == "subsidy") == sum(c.amount for c in paid if c.kind == "interest")
    assert stacked(paid) == ()
    # ... and over two programmes the excess is reported, with both sums.
    other = [charge for charge in programme(("province", "0.5")) if charge.kind == "subsidy"]
    (found,) = stacked([*paid, *other])
    assert (found.group, found.paid, found.excess) == ("interest", 8_000_000, 4_000_000)
    assert found.codes == ("city", "district", "province")


def test_a_put_pays_the_agreed_price_whatever_the_right_is_worth() -> None:
    mode = load_modes()["us-capp"]
    outcome = put_exercised(mode, owed=1_000, lent=1_000, resold_for=50)
    assert (outcome.price, outcome.left_to_lender, outcome.buyer) == (600, 400, -550)
    above = put_exercised(mode, owed=1_000, lent=1_000, resold_for=0, price=1_200)
    assert (above.to_lender, above.to_firm, above.left_to_lender) == (1_000, 200, 0)


# -- a made-up rule of each kind, written as docs/en/reference/mode-language.md says ---------------------------------


def loan(amount: int, lost: int | None = None, **other: object) -> LoanLoss:
    given: dict[str, object] = {
        "loan_id": "A",
        "borrower": "甲",
        "lender": "银行",
        "loan_day": date(2026, 3, 2),
        "claim_day": date(2027, 3, 2),
        "amount": amount,
        "principal": amount if lost is None else lost,
        **other,
    }
    return LoanLoss(**given)  # type: ignore[arg-type]


def fund_of(body: str, *loans: LoanLoss, pool: PoolState | None = None) -> list[int]:
    return [share.parts["fund"] for share in allocate(mode_of(body), loans, pool).loans]


def test_made_up_fee_linked_cap() -> None:
    body = (
        GOOD + '\n[[sharing.cap]]\ncounts = "payment"\npayers = ["fund"]\noverflow_to = "lender"\ntimes_fees = 3\n'
    )
    assert fund_of(body, loan(1_000), pool=PoolState(fees=100)) == [300]


def test_made_up_cap_a_lender_and_year() -> None:
    body = GOOD + (
        '\n[[sharing.cap]]\ncounts = "payment"\nper = ["lender", "year"]\npayers = ["fund"]\noverflow_to = "lender"\n'
        "amount = 10\n"
    )
    one, two = loan(1_000), loan(1_000, loan_id="B", loan_day=date(2026, 4, 1))
    elsewhere = loan(1_000, loan_id="C", lender="另一银行")
    next_year = loan(1_000, loan_id="D", loan_day=date(2027, 1, 1))
    assert fund_of(body, one, two, elsewhere, next_year) == [800, 200, 800, 800]


def test_made_up_top_up_under_a_common_ceiling() -> None:
    body = (
        quota_body({"lender": 6_000, "fund": 4_000})
        + '\n[[sharing.top_up]]\npayer = "guarantor"\nfrom = "lender"\nshare = 0.3\nname = "district"\n'
        + '\n[[sharing.ceiling]]\nparties = ["fund", "guarantor"]\nshare = 0.6\n'
    )
    shared = allocate(mode_of(body), [loan(1_000)])
    assert shared.totals == {"lender": 400, "fund": 400, "guarantor": 200}


def test_made_up_ip_part_of_a_mixed_loan() -> None:
    body = quota_body({"lender": 5_000, "fund": 5_000}, more='mixed = "ip_part"')
    assert fund_of(body, loan(1_000, ip_share=Decimal("0.6"))) == [300]


def test_made_up_deductible_first_and_recoveries_in_order() -> None:
    body = (
        '[[sharing]]\nbase = ["principal", "interest"]\nrest_to = "lender"\nmeasure = "loss"\n'
        'tier_reading = "marginal"\n[[sharing.tier]]\nup_to = 2\nshares = { lender = 1 }\n'
        "[[sharing.tier]]\nshares = { fund = 1 }\n"
        '\n[recoveries]\nback = "in_order"\norder = ["fund"]\n'
    )
    case = loan(1_000, interest=100, recoveries=(LossRecovery(date(2028, 1, 1), 300),))
    settled = settle(mode_of(body), [case])
    assert settled.shared.totals == {"lender": 200, "fund": 900}
    assert settled.positions["A"] == {"lender": 200, "fund": 600}


def test_made_up_payment_that_is_a_share_of_what_was_entered() -> None:
    body = (
        GOOD
        + '\n[[sharing.cap]]\ncounts = "payment"\npayers = ["fund"]\noverflow_to = "lender"\nof_entered = 0.025\n'
    )
    assert fund_of(body, loan(1_000), pool=PoolState(entered={("", 0): 10_000})) == [250]


# -- the page that describes the language --------------------------------------------------------------------------

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "en" / "reference" / "mode-language.md").read_text(
    encoding="utf-8"
)
EXAMPLES = [block.split("\n```")[0] for block in PAGE.split("```toml\n")[1:]]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split('"')[1])
def test_every_example_of_the_page_is_a_correct_file(example: str) -> None:
    mode = read_mode(example, "page.toml")
    assert read_mode(format_mode(example, "page.toml"), "page.toml") == mode
    case = loan(800_000_000, facts={"pledge_registered": True}, amounts={"agreed_price": 100_000_000})
    state = PoolState(fees=10_000_000_000, entered={("", 0): 10_000_000_000})
    shared = allocate(mode, [case], state)
    assert sum(shared.totals.values()) == 800_000_000
    assert any(amount for role, amount in shared.totals.items() if role != "lender")


def test_the_page_names_every_word_of_the_language() -> None:
    words = {
        *vocabulary.ROLES,
        *vocabulary.FACTS,
        *vocabulary.PARTNER_FACTS,
        *vocabulary.TESTS,
        *vocabulary.READINGS,
        *vocabulary.CAP_KEYS,
        *vocabulary.ORDERS,
        *vocabulary.MEASURES,
        *vocabulary.TIER_READINGS,
        *vocabulary.LOAN_AMOUNTS,
        *vocabulary.CHARGE_BASES,
        *vocabulary.WHEN,
        *vocabulary.GOVERNMENT_PARTS,
        *vocabulary.LEADERS,
        *vocabulary.LENDER_KINDS,
        *vocabulary.COMPONENTS,
        *vocabulary.BACK,
        *vocabulary.WEIGHTS,
        *vocabulary.VERSIONS_BY,
        *vocabulary.YEARS_OF,
        *vocabulary.DAY_COUNTS,
        *vocabulary.ROUNDINGS,
    }
    missing = {word for word in words if word not in PAGE}
    assert not missing
