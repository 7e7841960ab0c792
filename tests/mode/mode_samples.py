"""Random modes, written as files so that the language itself is exercised, and random portfolios for them."""

from datetime import date

from hypothesis import strategies as st

from zhirong.chain.mode.loss import LoanLoss, PoolState
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.reader import read_mode

HEAD = """
id = "{id}"
title = {{ zh = "样本", en = "sample" }}
place = {{ zh = "某地", en = "somewhere" }}
government = "taking_part"
leader = "none"
lender_kind = "bank"
about = {{ zh = "样本", en = "sample" }}

[source]
document = "made up for a test"
confidence = "assumed"

[parties]
firm = {{ zh = "企业", en = "firm" }}
lender = {{ zh = "银行", en = "bank" }}
fund = {{ zh = "基金", en = "fund" }}
guarantor = {{ zh = "担保", en = "guarantor" }}
insurer = {{ zh = "保险", en = "insurer" }}

[fund]
size = 30000000
"""
PAYERS = ("fund", "guarantor", "insurer")
MODE_DAY = date(2021, 1, 1)


def mode_of(body: str, mode_id: str = "sample") -> Mode:
    """The mode of a file with the head above and this body."""
    return read_mode(HEAD.format(id=mode_id) + body, "sample.toml")


def quota_body(shares: dict[str, int], residue: str = "lender", more: str = "") -> str:
    """One tier with shares in ten-thousandths."""
    written = ", ".join(f"{role} = {parts / 10_000:.4f}" for role, parts in shares.items())
    residue_line = f'residue_to = "{residue}"\n' if residue else ""
    return (
        f'[[sharing]]\nbase = ["principal"]\nrest_to = "lender"\n{residue_line}{more}\n'
        f"[[sharing.tier]]\nshares = {{ {written} }}\n"
    )


def lost(amount: int, **other: object) -> LoanLoss:
    """A loan of which everything is lost, claimed on 1 June 2027."""
    given: dict[str, object] = {
        "loan_id": "A",
        "borrower": "甲",
        "lender": "银行",
        "loan_day": date(2026, 3, 2),
        "claim_day": date(2027, 6, 1),
        "amount": amount,
        "principal": amount,
        **other,
    }
    return LoanLoss(**given)  # type: ignore[arg-type]


@st.composite
def share_sets(draw: st.DrawFn) -> dict[str, int]:
    """Shares of lender and payers in ten-thousandths, which sum to 10,000."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=3, max_size=3)))
    parts = [cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1], 10_000 - cuts[2]]
    return dict(zip(("lender", *PAYERS), parts, strict=True))


@st.composite
def quota_modes(draw: st.DrawFn) -> Mode:
    """Quota shares only, no caps."""
    return mode_of(quota_body(draw(share_sets()), draw(st.sampled_from(["lender", "fund", ""]))))


@st.composite
def capped_modes(draw: st.DrawFn) -> Mode:
    """Quotas or tiers, of all components or principal only, with up to four caps of any kind."""
    bases = draw(st.sampled_from(['["principal"]', '["principal", "interest"]']))
    body = f'[[sharing]]\nbase = {bases}\nrest_to = "lender"\n'
    residue = draw(st.sampled_from(["lender", "fund", ""]))
    body += f'residue_to = "{residue}"\n' if residue else ""
    body += f'order = "{draw(st.sampled_from(["loan_day", "claim_day"]))}"\n'
    body += f'mixed = "{draw(st.sampled_from(["whole_loan", "ip_part"]))}"\n'
    tiers = draw(st.integers(1, 3))
    if tiers > 1:
        measure = draw(st.sampled_from(["loan_amount", "loss", "borrower_balance", "pool_loss_ratio"]))
        body += f'measure = "{measure}"\ntier_reading = "{draw(st.sampled_from(["marginal", "whole"]))}"\n'
        body += 'pool_per = ["lender", "year"]\n' if measure == "pool_loss_ratio" else ""
    for number in range(1, tiers + 1):
        end = ""
        if number < tiers:
            end = (
                f"up_to_ratio = 0.0{number}\n"
                if measure == "pool_loss_ratio"
                else f"up_to = {number * 4_000_000}\n"
            )
        written = ", ".join(f"{role} = {part / 10_000:.4f}" for role, part in draw(share_sets()).items())
        body += f"\n[[sharing.tier]]\n{end}shares = {{ {written} }}\n"
        if draw(st.integers(0, 3)) == 0:
            written = ", ".join(f"{role} = {part / 10_000:.4f}" for role, part in draw(share_sets()).items())
            body += f"\n[[sharing.tier.instead]]\nshares = {{ {written} }}\n{draw(whens())}"
    if draw(st.booleans()):
        giver = draw(st.sampled_from(["lender", "guarantor"]))
        body += f'\n[[sharing.bonus]]\nto = "fund"\nfrom = "{giver}"\nadd = 0.15\n{draw(whens())}'
    if draw(st.booleans()):
        body += (
            '\n[[sharing.top_up]]\npayer = "guarantor"\nfrom = "lender"\nshare = 0.25\n'
            f'name = {{ zh = "叠加", en = "on top" }}\n{draw(st.just("") | whens())}'
        )
    for _ in range(draw(st.integers(0, 4))):
        body += draw(caps())
    back = draw(st.sampled_from(['"pro_rata"', '"creditor_first"', '"in_order"\norder = ["insurer", "fund"]']))
    body += f'\n[recoveries]\nback = {back}\nweights = "{draw(st.sampled_from(["shared", "all"]))}"\n'
    return mode_of(body)


def whens() -> st.SearchStrategy[str]:
    """When a clause holds: one fact, one of two, or both."""
    pledge, listed = '{ fact = "ip_pledge", is = true }', '{ fact = "key_list", is = true }'
    return st.sampled_from(
        [f"when = [{pledge}]\n", f"when = [{pledge}, {listed}]\n", f"when_all = [{listed}, {pledge}]\n"]
    )


@st.composite
def caps(draw: st.DrawFn) -> str:
    """One cap of any kind."""
    counts = draw(st.sampled_from(["loans_covered", "shared_loss", "payment"]))
    per = draw(
        st.sampled_from(
            [
                '["loan"]',
                '["borrower", "year"]',
                '["borrower"]',
                '["lender", "year"]',
                '["year"]',
                '["borrower", "payment_year"]',
                '["payment_year"]',
                "[]",
            ]
        )
    )
    payers = draw(st.sampled_from(['["fund"]', '["fund", "guarantor"]', '["insurer"]']))
    limits = [f"amount = {draw(st.integers(0, 9_000_000))}"]
    if counts == "payment":
        limits += ["of_balance = true", "times_fees = 2", "of_entered = 0.03"]
    if counts == "payment" and per == '["loan"]':
        of_loss = f"of_loss = 0.{draw(st.integers(0, 99)):02d}"
        limits += [of_loss, f"{of_loss}\npublic_elsewhere = true"]
        limits += [f'{of_loss}\nbeside = ["insurer"]'] if "insurer" not in payers else []
    return (
        f'\n[[sharing.cap]]\ncounts = "{counts}"\nper = {per}\npayers = {payers}\noverflow_to = "lender"\n'
        f"{draw(st.sampled_from(limits))}\n{draw(st.just('') | whens())}"
    )


@st.composite
def loans(draw: st.DrawFn, most: int = 8) -> list[LoanLoss]:
    """A portfolio of up to ``most`` loans to three firms by two lenders in two years."""
    made = []
    for number in range(draw(st.integers(1, most))):
        amount = draw(st.integers(1, 2_000_000_000))
        known = {"ip_pledge": draw(st.sampled_from([True, False, None])), "key_list": draw(st.booleans())}
        loan_day = date(draw(st.integers(2020, 2021)), draw(st.integers(1, 12)), draw(st.integers(1, 28)))
        made.append(
            LoanLoss(
                loan_id=f"{number:02d}",
                borrower=draw(st.sampled_from("甲乙丙")),
                lender=draw(st.sampled_from("01")),
                loan_day=loan_day,
                claim_day=date(draw(st.integers(2022, 2023)), draw(st.integers(1, 12)), draw(st.integers(1, 28))),
                amount=amount,
                principal=draw(st.integers(0, amount)),
                interest=draw(st.integers(0, amount // 10)),
                costs=draw(st.integers(0, 100_000)),
                ip_share=draw(st.decimals(0, 1, places=draw(st.sampled_from([2, 7, 15])))),
                facts=known,
                public_elsewhere=draw(st.none() | st.integers(0, amount // 4)),
            )
        )
    return made


def pool() -> PoolState:
    """A pool with every figure that a cap or layer may need."""
    entered = {(lender, year): 10_000_000_000 for lender in "01" for year in (2020, 2021)}
    return PoolState(balance=1_000_000_000, fees=200_000_000, entered=entered)
