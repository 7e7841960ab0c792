"""Read the text of a mode file into a ``Mode``: check it completely and report all problems together.

docs/en/reference/mode-language.md describes the language.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from zhirong.chain.mode import vocabulary as words
from zhirong.chain.mode.confirmation import read_source
from zhirong.chain.mode.fee_table import FEE_TABLES
from zhirong.chain.mode.model import (
    Advance,
    Breaker,
    ChargeRule,
    DocumentNeed,
    Fund,
    LicenceBack,
    Limits,
    Mode,
    ModeAssumption,
    ModeParty,
    ProcessStep,
    Put,
    Recoveries,
    Turns,
    Variant,
    When,
)
from zhirong.chain.mode.reading import (
    Context,
    need_id,
    need_region,
    need_role,
    need_word,
    read_condition,
    read_own_reference,
    read_when,
    roles_of,
)
from zhirong.chain.mode.security_terms import read_security
from zhirong.chain.mode.sharing_checks import check_versions
from zhirong.chain.mode.sharing_terms import read_sharing
from zhirong.chain.mode.whole_mode_checks import check_mode
from zhirong.kernel.explain import plain
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.rulebook import Reference, read_reference
from zhirong.kernel.text import Text


@lru_cache(maxsize=256)
def read_mode(text: str, source: str) -> Mode:
    """Return the mode written in ``text``. source: the file's name, for messages. The same text is read only once
    per process.

    Raises InputError that lists every problem: unknown fields and parties, shares that do not sum to one, tiers or
    dates with gaps or overlaps, a missing source, contradictory terms.
    """
    reader = Reader(parse_toml(text, source), source=source)
    mode_id = need_id(reader, "id", reader.text("id"))
    title = reader.words("title")
    place = reader.words("place")
    region = need_region(reader, "region", reader.optional_text("region", "CN"))
    government = reader.choice("government", tuple(words.GOVERNMENT_PARTS))
    leader = reader.choice("leader", tuple(words.LEADERS))
    lender_kind = reader.choice("lender_kind", tuple(words.LENDER_KINDS))
    about = reader.words("about")
    exclusive = reader.texts("exclusive_with")
    reference, confirmation = read_source(reader.table("source"))
    parties = _read_parties(reader)
    context = Context(reference, tuple(party.role for party in parties), [])
    others = tuple(_read_other_source(entry) for entry in reader.tables("other_source"))
    for entry in reader.tables("assumption"):
        context.assumptions.append(ModeAssumption(entry.text("place"), entry.words("words")))
        entry.finish()
    conditions = tuple(read_condition(entry, context) for entry in reader.tables("condition"))
    limits = _read_limits(reader, context)
    sharings = tuple(read_sharing(entry, context, conditions) for entry in reader.tables("sharing"))
    check_versions(reader, sharings)
    versions_by = reader.choice("versions_by", tuple(words.VERSIONS_BY), "loan_day")
    put = _read_put(reader, context)
    mode = Mode(
        id=mode_id,
        title=title,
        place=place,
        region=region,
        government=government,
        leader=leader,
        lender_kind=lender_kind,
        about=about,
        source=reference,
        confirmation=confirmation,
        parties=parties,
        sharings=sharings,
        recoveries=_read_recoveries(reader, context),
        security=read_security(reader, context, put),
        conditions=conditions,
        limits=limits,
        charges=_read_charges(reader, context),
        steps=tuple(_read_step(entry, context) for entry in reader.tables("step")),
        documents=tuple(_read_document(entry, context) for entry in reader.tables("document")),
        fund=_read_fund(reader, context),
        breakers=tuple(_read_breaker(entry, context) for entry in reader.tables("breaker")),
        advance=_read_advance(reader, context),
        licence_back=_read_licence_back(reader, context),
        put=put,
        variants=tuple(_read_variant(entry, context) for entry in reader.tables("variant")),
        other_sources=others,
        exclusive_with=exclusive,
        versions_by=versions_by,
        partner_conditions=tuple(
            read_condition(entry, context, words.PARTNER_FACTS) for entry in reader.tables("partner_condition")
        ),
    )
    check_mode(reader, mode)
    reader.finish()
    return replace(mode, assumptions=tuple(context.assumptions))


def _read_parties(reader: Reader) -> tuple[ModeParty, ...]:
    table = reader.table("parties")
    parties = []
    for role in table.names():
        if role not in words.ROLES:
            need_role(table, role, role, tuple(words.ROLES))
            continue
        entry = table.table(role)
        natures = tuple(nature.value for nature in words.PayerNature)
        nature = words.PayerNature(entry.choice("nature", natures)) if entry.has("nature") else None
        name = Text(entry.text("zh"), entry.text("en"))
        parties.append(ModeParty(role, name, entry.optional_words("does"), nature))
        entry.finish()
    for needed in ("firm", "lender"):
        if needed not in {party.role for party in parties}:
            table.problem(
                needed,
                "",
                "party_missing",
                Text("每个模式都有企业和放款机构", "every mode has a firm and a lender"),
                Text(f"请在参与方（[parties]）中填写 {needed}", f"add {needed} to [parties]"),
            )
    table.finish()
    return tuple(parties)


def _read_other_source(reader: Reader) -> Reference:
    reference = read_reference(reader)
    reader.finish()
    return reference


def _read_limits(reader: Reader, context: Context) -> Limits | None:
    entry = reader.optional_table("limits")
    if entry is None:
        return None
    limits = Limits(
        reference=read_own_reference(entry, context, "limits"),
        amount_at_most=entry.optional_money("amount_at_most", 1),
        balance_at_most=entry.optional_money("balance_at_most", 1),
        term_months_at_most=entry.optional_whole("term_months_at_most", 1, 600),
        rate_at_most=entry.optional_number("rate_at_most", 0, 1),
        rate_over_lpr=entry.optional_number("rate_over_lpr", -1, 1),
        pledge_above=entry.optional_money("pledge_above", 0),
        payout_ceiling=entry.optional_number("payout_ceiling", 0, 1),
    )
    if (
        limits.amount_at_most is not None
        and limits.balance_at_most is not None
        and limits.amount_at_most > limits.balance_at_most
    ):
        entry.problem(
            "amount_at_most",
            yuan(limits.amount_at_most),
            "contradiction",
            Text("单笔上限高于余额上限", "the limit for one loan exceeds the limit on the balance"),
            Text("请使单笔上限不高于余额上限", "set amount_at_most no higher than balance_at_most"),
        )
    if limits.rate_at_most is not None and limits.rate_over_lpr is not None:
        entry.problem(
            "rate_at_most",
            plain(limits.rate_at_most),
            "contradiction",
            Text("利率上限重复填写", "the rate is limited in two ways"),
            Text("请只填写 rate_at_most 与 rate_over_lpr 之一", "use rate_at_most or rate_over_lpr, not both"),
        )
    entry.finish()
    return limits


def _read_recoveries(reader: Reader, context: Context) -> Recoveries:
    entry = reader.optional_table("recoveries")
    if entry is None:
        return Recoveries("pro_rata", (), ("costs", "interest", "principal"))
    back = entry.choice("back", tuple(words.BACK), "pro_rata")
    # Civil Code 700: what has been paid in its stead must not harm the creditor, so that its interest comes first too.
    weights = entry.choice("weights", tuple(words.WEIGHTS), "all" if back == "creditor_first" else "shared")
    order = roles_of(entry, "order", context.roles)
    against = entry.texts("against") or ("costs", "interest", "principal")
    if sorted(against) != sorted(words.COMPONENTS):
        entry.problem(
            "against",
            ", ".join(against),
            "incomplete",
            Text("costs、interest、principal 须各列一次", "name costs, interest and principal once each"),
            Text("请补全次序", "complete the order"),
        )
    if (back == "in_order") != bool(order):
        entry.problem(
            "order",
            ", ".join(order),
            "contradiction",
            Text(
                "仅 in_order 须填写 order",
                "in_order needs an order of parties, the other choices have none",
            ),
            Text("请补充或删除 order", "add or remove order"),
        )
    if len(set(order)) != len(order) or "firm" in order:
        entry.problem(
            "order",
            ", ".join(order),
            "contradiction",
            Text("每方只能列一次；企业未垫付，不应列入", "each party may appear once; the firm may not appear"),
            Text("请填写承担损失的各方，每方一次", "name the parties that bear the loss, each once"),
        )
    by_source = _read_by_source(entry, context)
    entry.finish()
    return Recoveries(back, order, against, weights, by_source)


def _read_by_source(entry: Reader, context: Context) -> tuple[tuple[words.RecoverySource, Turns], ...]:
    """Return, for each source of money in the file, the groups of parties that it repays first."""
    table = entry.optional_table("by_source")
    if table is None:
        return ()
    found = []
    for source in words.RecoverySource:
        if table.has(source.value):
            turns = tuple(
                tuple(need_role(table, source.value, role, context.roles) for role in group)
                for group in table.text_groups(source.value)
            )
            order = tuple(role for group in turns for role in group)
            if not order or "firm" in order or len(set(order)) != len(order):
                table.problem(
                    source.value,
                    ", ".join(order),
                    "contradiction",
                    Text(
                        "须填写承担损失的各方，每方一次，不含企业",
                        "name parties that bear the loss, each once, not the firm",
                    ),
                    Text("请改正", "Correct the list."),
                )
            found.append((source, turns))
    table.finish()
    return tuple(found)


def _read_charges(reader: Reader, context: Context) -> tuple[ChargeRule, ...]:
    rules: list[ChargeRule] = []
    for entry in reader.tables("charge"):
        rules.append(_read_charge(entry, context, rules))
    return tuple(rules)


def _read_charge(entry: Reader, context: Context, before: list[ChargeRule]) -> ChargeRule:
    code = entry.text("code")
    base = entry.choice("base", tuple(words.CHARGE_BASES))
    rounding = entry.choice("rounding", tuple(words.ROUNDINGS), "half_up")
    rule = ChargeRule(
        code=code,
        title=entry.words("title"),
        kind=entry.choice("kind", tuple(kind for kind in words.CHARGE_KINDS if kind != "interest")),  # type: ignore[arg-type]
        payer=need_role(entry, "payer", entry.text("payer"), context.roles),
        payee=need_role(entry, "payee", entry.text("payee"), context.roles),
        base=base,
        when=entry.choice("when", tuple(words.WHEN)),
        reference=read_own_reference(entry, context, f"charge {code}"),
        of=entry.optional_text("of"),
        rate=entry.optional_number("rate", 0, 1),
        amount=entry.optional_money("amount", 1),
        per_year=entry.flag("per_year", False),
        at_most=entry.optional_money("at_most", 1),
        at_most_per_year=entry.optional_money("at_most_per_year", 1),
        lpr_multiple=entry.optional_number("lpr_multiple", 0, 100),
        ip_part_only=entry.flag("ip_part_only", False),
        days_after=entry.whole("days_after", 0, 3660, 0),
        only_if_repaid=entry.flag("only_if_repaid", False),
        loan_above=entry.optional_money("loan_above", 0),
        loan_at_most=entry.optional_money("loan_at_most", 1),
        group=entry.optional_text("group"),
        only_if=read_when(entry, context, "only_if"),
        rates=tuple(_read_rate(other, context) for other in entry.tables("rate_if")),
        year_of=entry.choice("year_of", tuple(words.YEARS_OF), "due"),
        years_at_most=entry.optional_whole("years_at_most", 1, 100),
        day_count=entry.choice("day_count", tuple(words.DAY_COUNTS), "months"),
        rounding="floor" if rounding == "floor" else "half_even" if rounding == "half_even" else "half_up",
        round_to=entry.optional_money("round_to", 1) or 1,
    )
    if rule.kind == "subsidy" and not rule.group and base in ("interest", "charge"):
        # A refund needs a group; without one, the same cost could be refunded twice.
        rule = replace(rule, group="interest" if base == "interest" else rule.of)
    if any(other.code == code for other in before):
        entry.problem(
            "code",
            code,
            "twice",
            Text("代码重复", "the code is used twice"),
            Text("请更换代码", "use another code"),
        )
    if rule.payer == rule.payee and rule.payer:
        entry.problem(
            "payee",
            rule.payee,
            "contradiction",
            Text("付款方与收款方相同", "payer and payee are the same"),
            Text("请更正其一", "correct one of them"),
        )
    if rule.loan_above is not None and rule.loan_at_most is not None and rule.loan_above >= rule.loan_at_most:
        entry.problem(
            "loan_at_most",
            yuan(rule.loan_at_most),
            "contradiction",
            Text("loan_above 与 loan_at_most 之间没有金额", "no loan is above loan_above and at most this"),
            Text("请使 loan_at_most 高于 loan_above", "set loan_at_most above loan_above"),
        )
    has_rate = base not in ("fixed", "fee_table")
    if (base == "fixed") == (rule.amount is None) or has_rate == (rule.rate is None):
        entry.problem(
            "base",
            base,
            "contradiction",
            Text(
                "定额须填写金额（amount），其余须填写费率（rate）",
                "a fixed charge has an amount, every other one a rate",
            ),
            Text("请只填写其中之一", "keep only the one that belongs to the base"),
        )
    if base == "fee_table":
        need_word(entry, "of", rule.of or "?", tuple(FEE_TABLES))
    if base == "fee_table" and (rule.when == "yearly" or rule.at_most or rule.at_most_per_year):
        entry.problem(
            "base",
            base,
            "contradiction",
            Text(
                "收费表上的费用收一次，不另设上限", "a fee from a table is charged once and has no separate limit"
            ),
            Text('请填写 when = "start"，删除 at_most', 'write when = "start" and remove at_most'),
        )
    if base == "share" and rule.of not in context.roles:
        need_role(entry, "of", rule.of, context.roles)
    if base == "charge" and rule.of not in {other.code for other in before}:
        entry.problem(
            "of",
            rule.of,
            "unknown_charge",
            Text("前面没有这项费用", "no charge with this code precedes it"),
            Text("请先填写该费用，再填写以其为基数的补贴", "write that charge before the subsidy based on it"),
        )
    if rule.rates and rule.rate is None:
        entry.problem(
            "rate_if",
            "",
            "contradiction",
            Text("定额费用没有费率可改", "a fixed amount has no rate to vary"),
            Text("请删除 rate_if", "remove rate_if"),
        )
    for field, given, needed, fine in (
        ("year_of", rule.year_of != "due", "at_most_per_year", rule.at_most_per_year is not None),
        (
            "years_at_most",
            rule.years_at_most is not None,
            'base = "interest" / when = "yearly"',
            _runs_over_years(rule),
        ),
        ("day_count", rule.day_count != "months", "per_year = true", rule.per_year),
    ):
        if given and not fine:
            entry.problem(
                field,
                str(getattr(rule, field)),
                "contradiction",
                Text(f"缺少 {needed} 时无效", f"it has no effect without {needed}"),
                Text(f"请删除 {field}，或填写 {needed}", f"remove {field}, or write {needed}"),
            )
    if rule.lpr_multiple is not None and base != "interest":
        entry.problem(
            "lpr_multiple",
            rule.lpr_multiple,
            "contradiction",
            Text("只有以利息为基数时才按 LPR 限制", "only a charge on interest can be limited by the LPR"),
            Text("请删除 lpr_multiple 或修改 base", "remove lpr_multiple, or change the base"),
        )
    if rule.per_year and rule.when != "yearly":
        entry.problem(
            "when",
            rule.when,
            "contradiction",
            Text("按年计收的须写 when = yearly", "a yearly rate is charged yearly"),
            Text('请填写 when = "yearly"', 'write when = "yearly"'),
        )
    entry.finish()
    return rule


def _runs_over_years(rule: ChargeRule) -> bool:
    """Return whether a charge is counted over the time of the loan, so that only some of its years may count."""
    return rule.base in ("interest", "charge") or rule.when == "yearly"


def _read_rate(entry: Reader, context: Context) -> tuple[When, Decimal]:
    when = read_when(entry, context)
    rate = entry.number("rate", 0, 1)
    if not when.conditions:
        entry.problem(
            "when",
            "",
            "missing",
            Text("未写明适用此费率的条件", "the conditions of this rate are missing"),
            Text(
                '例如 when = [{ fact = "first_loan", is = true }]',
                'such as when = [{ fact = "first_loan", is = true }]',
            ),
        )
    entry.finish()
    return when, rate


def _read_step(entry: Reader, context: Context) -> ProcessStep:
    title = entry.words("title")
    cost: Fen = entry.optional_money("cost") or 0
    step = ProcessStep(
        title=title,
        who=need_role(entry, "who", entry.text("who"), context.roles),
        days=entry.whole("days", 0, 3660),
        reference=read_own_reference(entry, context, f"step {title.en}"),
        cost=cost,
        cost_to=need_role(entry, "cost_to", entry.text("cost_to"), context.roles) if cost else "",
    )
    entry.finish()
    return step


def _read_document(entry: Reader, context: Context) -> DocumentNeed:
    title = entry.words("title")
    need = DocumentNeed(
        title=title,
        from_role=need_role(entry, "from", entry.text("from"), context.roles),
        reference=read_own_reference(entry, context, f"document {title.en}"),
    )
    entry.finish()
    return need


def _read_fund(reader: Reader, context: Context) -> Fund | None:
    entry = reader.optional_table("fund")
    if entry is None:
        return None
    size = entry.money("size", 1)
    contributions = []
    for part in entry.tables("contribution"):
        contributions.append((part.optional_text("role"), part.words("title"), part.money("amount", 1)))
        part.finish()
    if contributions and sum(amount for _, _, amount in contributions) != size:
        entry.problem(
            "contribution",
            yuan(sum(amount for _, _, amount in contributions)),
            "does_not_add_up",
            Text("各出资之和不等于基金规模", "the contributions do not sum to the size of the fund"),
            Text("请更正 size 或出资额", "correct the size or the contributions"),
        )
    leverage = entry.optional_number("leverage_at_least", 0, 1000)
    fund = Fund(
        size,
        tuple(contributions),
        None if leverage is None else Fraction(leverage),
        read_own_reference(entry, context, "fund"),
    )
    entry.finish()
    return fund


def _read_breaker(entry: Reader, context: Context) -> Breaker:
    reference = read_own_reference(entry, context, "breaker")
    before = entry.problem_count()
    limit = entry.number("above", 0, 1)
    above = Fraction(limit)
    resume_at = Fraction(entry.number("resume_at", 0, 1, limit))
    breaker = Breaker(
        above=above,
        resume_at=resume_at,
        resume_next_year=entry.flag("resume_next_year", False),
        per_lender=entry.flag("per_lender", True),
        reference=reference,
    )
    if resume_at > above and entry.problem_count() == before:
        entry.problem(
            "resume_at",
            float(resume_at),
            "contradiction",
            Text("恢复线高于暂停线", "it would resume above the ratio that pauses it"),
            Text("请使恢复线（resume_at）不高于暂停线（above）", "set resume_at no higher than above"),
        )
    entry.finish()
    return breaker


def _read_advance(reader: Reader, context: Context) -> Advance | None:
    entry = reader.optional_table("advance")
    if entry is None:
        return None
    advance = Advance(
        payers=roles_of(entry, "payers", context.roles),
        share=Fraction(entry.rate("share")),
        days=entry.whole("days", 0, 3660, 0),
        reference=read_own_reference(entry, context, "advance"),
    )
    if not advance.payers:
        entry.problem(
            "payers",
            "",
            "missing",
            Text("未写明由何方先行支付", "the payers of the advance are missing"),
            Text('例如 payers = ["fund"]', 'such as payers = ["fund"]'),
        )
    entry.finish()
    return advance


def _read_licence_back(reader: Reader, context: Context) -> LicenceBack | None:
    entry = reader.optional_table("licence_back")
    if entry is None:
        return None
    terms = LicenceBack(
        holder=need_role(entry, "holder", entry.text("holder"), context.roles),
        fee_rate=Fraction(entry.number("fee_rate", 0, 1)),
        every_months=entry.whole("every_months", 1, 120),
        periods=entry.whole("periods", 1, 400),
        buy_back_rate=Fraction(entry.number("buy_back_rate", 0, 100)),
        reference=read_own_reference(entry, context, "licence_back"),
    )
    entry.finish()
    return terms


def _read_put(reader: Reader, context: Context) -> Put | None:
    entry = reader.optional_table("put")
    if entry is None:
        return None
    put = Put(
        buyer=need_role(entry, "buyer", entry.text("buyer"), context.roles),
        price_rate=Fraction(entry.number("price_rate", 0, 100)),
        reference=read_own_reference(entry, context, "put"),
    )
    entry.finish()
    return put


def _read_variant(entry: Reader, context: Context) -> Variant:
    variant_id = need_id(entry, "id", entry.text("id"))
    title = entry.words("title")
    table = entry.table("replace")
    roles = {role: need_role(table, role, table.text(role), context.roles) for role in table.names()}
    for role, other in roles.items():
        need_role(table, role, role, context.roles)
        if role in ("firm", "lender"):
            table.problem(
                role,
                other,
                "contradiction",
                Text(
                    "每个模式都有企业和放款机构，不能替换",
                    "every mode has a firm and a lender; they cannot be replaced",
                ),
                Text("替换另一方", "replace another party"),
            )
        if other in roles:
            table.problem(
                role,
                other,
                "contradiction",
                Text("替换方同时被替换", "the party that steps in is itself replaced"),
                Text("请写明最终担任的一方", "name the party that plays the role in the end"),
            )
    if not roles:
        table.problem(
            "",
            "",
            "missing",
            Text("未写明被替换方", "the replaced party is missing"),
            Text('例如 replace = { insurer = "lender" }', 'such as replace = { insurer = "lender" }'),
        )
    table.finish()
    entry.finish()
    return Variant(variant_id, title, tuple(roles.items()))
