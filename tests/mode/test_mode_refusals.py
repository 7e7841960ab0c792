"""Files that cannot be meant are refused, each at its place; what is shown is what was written."""

import pytest
from mode_samples import HEAD, quota_body

from zhirong.chain.mode.reader import read_mode
from zhirong.kernel.errors import InputError, Problem

GOOD = quota_body({"lender": 2_000, "fund": 8_000})
SHARES = "shares = { lender = 0.2000, fund = 0.8000 }"
WHEN = 'when = [{ fact = "key_list", is = true }]'
SPLIT = '[[sharing.split]]\nof = "{of}"\n{shares}\n\n[[sharing.tier]]\nshares = {{ {of} = 0.8, lender = 0.2 }}\n'
CHARGE = 'code = "{code}"\ntitle = "a"\nkind = "{kind}"\npayer = "{payer}"\npayee = "{payee}"\nbase = "{base}"\n'
FEE = "\n[[charge]]\n" + CHARGE.format(code="fee", kind="fee", payer="firm", payee="guarantor", base="loan")
FEE += 'rate = 0.01\nwhen = "start"\n'
SUBSIDY = "\n[[charge]]\n" + CHARGE.format(code="s", kind="subsidy", payer="fund", payee="firm", base="interest")
SUBSIDY += 'rate = 0.5\nwhen = "end"\n'


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(InputError) as error:
        read_mode(text, "sample.toml")
    return list(error.value.problems)


def file_of(body: str) -> str:
    return HEAD.format(id="sample") + body


def put(old: str, new: str, text: str = GOOD) -> str:
    assert old in text
    return text.replace(old, new, 1)


def split(of: str, shares: str) -> str:
    return put(f"[[sharing.tier]]\n{SHARES}\n", SPLIT.format(of=of, shares=shares))


def measured(first: str, second: str = "", measure: str = "loan_amount") -> str:
    terms = f'residue_to = "lender"\nmeasure = "{measure}"\ntier_reading = "marginal"'
    tiers = f"[[sharing.tier]]\n{first}\nshares = {{ lender = 1 }}\n\n[[sharing.tier]]\n{second}\n{SHARES}"
    return put('residue_to = "lender"', terms, put(f"[[sharing.tier]]\n{SHARES}", tiers))


REFUSED = {
    # shares and groups
    "no shares": (put(SHARES, "shares = {}"), "sharing[1].tier[1].shares"),
    "no weights": (put(SHARES, "weights = {}"), "sharing[1].tier[1].weights"),
    "weights of nothing": (put(SHARES, "weights = { fund = 0, lender = 0 }"), "sharing[1].tier[1].weights"),
    "shares and weights": (put(SHARES, SHARES + "\nweights = { fund = 1 }"), "sharing[1].tier[1].weights"),
    "a group of nothing": (
        split("pool", "weights = { fund = 0, guarantor = 0 }"),
        "sharing[1].split[1].weights",
    ),
    "a group inside itself": (
        split("pool", "weights = { pool = 7, guarantor = 3 }"),
        "sharing[1].split[1].weights.pool",
    ),
    "a group named like a party in it": (split("fund", "shares = { fund = 1 }"), "sharing[1].split[1].of"),
    "not a number": (put("fund = 0.8000", "fund = nan"), "sharing[1].tier[1].shares.fund"),
    # dates and base
    "dates reversed": (
        put("[[sharing.tier]]", "valid_from = 2026-02-01\nvalid_to = 2026-01-01\n[[sharing.tier]]"),
        "sharing[1].valid_to",
    ),
    "base twice": (put('["principal"]', '["principal", "principal"]'), "sharing[1].base"),
    # the firm, and parties that take from themselves
    "the firm bears": (put("lender = 0.2000", "firm = 0.2000"), "sharing[1].tier[1].shares"),
    "the rest is the firm's": (put('rest_to = "lender"', 'rest_to = "firm"'), "sharing[1].rest_to"),
    "a bonus from itself": (
        GOOD + f'\n[[sharing.bonus]]\nto = "fund"\nfrom = "fund"\nadd = 0.1\n{WHEN}\n',
        "sharing[1].bonus[1].from",
    ),
    "a top-up from itself": (
        GOOD + '\n[[sharing.top_up]]\npayer = "fund"\nfrom = "fund"\nshare = 0.1\nname = "a"\n',
        "sharing[1].top_up[1].from",
    ),
    # payments
    "an advance of nobody": (GOOD + "\n[advance]\npayers = []\nshare = 0.5\n", "advance.payers"),
    "paid through the lender": (
        GOOD + '\n[[sharing.timing]]\npayer = "fund"\nthrough = "lender"\n',
        "sharing[1].timing[1].through",
    ),
    "the lender pays the lender": (
        GOOD + '\n[[sharing.timing]]\npayer = "lender"\ndays = 3\n',
        "sharing[1].timing[1].payer",
    ),
    "an order with repeats": (
        GOOD + '\n[recoveries]\nback = "in_order"\norder = ["fund", "fund"]\n',
        "recoveries.order",
    ),
    "recoveries for the firm": (
        GOOD + '\n[recoveries]\nback = "in_order"\norder = ["firm"]\n',
        "recoveries.order",
    ),
    # parties that bear nothing
    "members without a share": (
        put("[[sharing.tier]]", 'members = "insurer"\n[[sharing.tier]]'),
        "sharing[1].members",
    ),
    "a buyer without a share": (GOOD + '\n[put]\nbuyer = "insurer"\nprice_rate = 0.5\n', "put.buyer"),
    "a licensor without a share": (
        GOOD + '\n[licence_back]\nholder = "firm"\nfee_rate = 0.1\nevery_months = 3\nperiods = 4\nbuy_back_rate = 1\n',
        "licence_back.holder",
    ),
    "an agreed price that nobody agreed": (measured('up_to_fact = "agreed_price"', measure="loss"), "put"),
    # conditions and limits
    "a region in letters": (
        '[[condition]]\nfact = "region"\nwithin = ["zhuhai"]\n' + GOOD,
        "condition[1].within",
    ),
    "no region": ('[[condition]]\nfact = "region"\nwithin = []\n' + GOOD, "condition[1].within"),
    "an unknown kind of right": (
        '[[condition]]\nfact = "right_kinds"\nany_of = ["inventions"]\n' + GOOD,
        "condition[1].any_of",
    ),
    "at least above at most": (
        '[[condition]]\nfact = "granted_patents"\nat_least = 5\n'
        '[[condition]]\nfact = "granted_patents"\nat_most = 3\n' + GOOD,
        "condition[1].at_least",
    ),
    "two limits of the rate": (
        "[limits]\nrate_at_most = 0.05\nrate_over_lpr = 0.01\n" + GOOD,
        "limits.rate_at_most",
    ),
    # charges
    "a charge for no loan": (
        GOOD + FEE + "loan_above = 9000000\nloan_at_most = 5000000\n",
        "charge[1].loan_at_most",
    ),
    "paid to oneself": (GOOD + put('payee = "guarantor"', 'payee = "firm"', FEE), "charge[1].payee"),
    "gives back no charge": (GOOD + FEE + SUBSIDY + 'group = "intrest"\n', "charge[2].group"),
    # tiers
    "pools without a ratio": (
        put("[[sharing.tier]]", 'pool_per = ["lender"]\n[[sharing.tier]]'),
        "sharing[1].pool_per",
    ),
    # variants
    "a variant twice": (
        GOOD + 2 * '\n[[variant]]\nid = "v"\ntitle = "v"\nreplace = { fund = "lender" }\n',
        "variant[2].id",
    ),
    "a variant without the lender": (
        GOOD + '\n[[variant]]\nid = "v"\ntitle = "v"\nreplace = { lender = "fund" }\n',
        "variant[1].replace.lender",
    ),
    "a variant in a circle": (
        GOOD + '\n[[variant]]\nid = "v"\ntitle = "v"\nreplace = { fund = "guarantor", guarantor = "lender" }\n',
        "variant[1].replace.fund",
    ),
    "a variant of nobody": (
        GOOD + '\n[[variant]]\nid = "v"\ntitle = "v"\nreplace = {}\n',
        "variant[1].replace",
    ),
    "a variant whose cap overflows onto itself": (
        GOOD
        + '\n[[sharing.cap]]\ncounts = "payment"\npayers = ["fund"]\noverflow_to = "lender"\namount = 5\n'
        + '\n[[variant]]\nid = "v"\ntitle = "v"\nreplace = { fund = "lender" }\n',
        "variant[1].replace",
    ),
    "a variant over the ceiling": (
        put(SHARES, "shares = { lender = 0.2, fund = 0.5, guarantor = 0.3 }")
        + '\n[[sharing.ceiling]]\nparties = ["fund"]\nshare = 0.5\n'
        + '\n[[variant]]\nid = "v"\ntitle = "v"\nreplace = { guarantor = "fund" }\n',
        "variant[1].replace",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused_at_its_place(name: str) -> None:
    body, field = REFUSED[name]
    found = problems_of(file_of(body))
    assert [problem.field for problem in found] == [field], "one mistake, one problem"
    assert found[0].reason.zh and found[0].reason.en and found[0].hint.zh and found[0].hint.en


def test_terms_lie_within_the_dates_of_their_source() -> None:
    text = put('confidence = "assumed"', 'confidence = "assumed"\nvalid_from = 2026-02-01', file_of(GOOD))
    body = put("[[sharing.tier]]", "valid_to = 2025-01-01\n[[sharing.tier]]", text)
    assert [problem.field for problem in problems_of(body)] == ["sharing[1].valid_to"]
    assert read_mode(put("2025-01-01", "2026-12-31", body), "sample.toml")


def test_a_subsidy_gives_back_what_it_is_a_part_of() -> None:
    of_fee = put('base = "interest"', 'base = "charge"\nof = "fee"', put('code = "s"', 'code = "t"', SUBSIDY))
    charges = read_mode(file_of(GOOD + FEE + SUBSIDY + of_fee), "sample.toml").charges
    assert [charge.group for charge in charges] == ["", "interest", "fee"]


@pytest.mark.parametrize("written", ["北京 x/../y", "Zhuhai", "a--b", "-a", "a b"])
def test_an_id_is_a_word_of_the_command_line(written: str) -> None:
    assert [p.field for p in problems_of(HEAD.format(id=written) + GOOD)] == ["id"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (measured("up_to = 5000000", "up_to = 9000000"), "9000000"),
        (measured("up_to_ratio = 0.05", "", "pool_loss_ratio").replace("\n\n[[sharing.tier]]\n\n", "\n[[sharing.tier]]\nup_to_ratio = 0.03\n"), "0.03"),
        (measured("up_to_ratio = 0.05"), "0.05"),
        (measured("up_to = 0"), "0"),
        (measured("up_to = nan"), "NaN"),
        (measured("up_to = 0.01", "", "pool_loss_ratio"), "0.01"),
    ],
)  # fmt: skip
def test_what_is_shown_is_what_was_written(body: str, shown: str) -> None:
    assert shown in {problem.value for problem in problems_of(file_of(body))}


def test_a_number_that_cannot_be_read_is_one_problem() -> None:
    for body in (measured("up_to = nan"), GOOD + "\n[[breaker]]\nabove = nan\nresume_at = 0.02\n"):
        assert len(problems_of(file_of(body))) == 1


def test_a_tier_may_end_at_one_fen() -> None:
    (sharing,) = read_mode(file_of(measured("up_to = 0.01")), "sample.toml").sharings
    assert sharing.tiers[0].up_to == 1
