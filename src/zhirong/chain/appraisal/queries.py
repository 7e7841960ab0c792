"""Queries of an appraisal: inputs far outside experience, in a wrong unit, or with unproven claims.

The thresholds are rules (``appraisal.query.*``). A query is an alarm: the value is shown, and somebody has to
confirm or correct the input before it is used.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from zhirong.chain.appraisal.method import Alarm, AppraisalMethod, Driver
from zhirong.chain.appraisal.simulation import Distribution
from zhirong.chain.appraisal.uncertain import AS_STATED, Uncertain
from zhirong.kernel.money import FEN_PER_YUAN, Fen, show_yuan
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

# Drivers about the future under any method; no contract proves them.
FORETOLD = ("growth", "discount", "life", "charge_growth")


def queries(
    methods: Sequence[AppraisalMethod], value: Distribution, asked: Fen | None, rules: Rulebook, day: date
) -> tuple[Alarm, ...]:
    """Return every query about the methods' inputs and their value. asked: the loan applied for, in fen."""
    found: list[Alarm] = []
    for method in methods:
        drivers = {driver.name: driver for driver in method.drivers()}
        found += _growth(method, drivers, rules, day)
        found += _rate(method, drivers, rules, day)
        found += _sales(method, drivers, rules, day)
        found += _zeros(method, drivers)
        found += _claims(method, drivers)
    figures = _figures(methods)
    if len(figures) > 1 and all(figure.grade is EvidenceGrade.CONTRACT for figure in figures):
        text = Text(
            "每一项输入都标为“合同或登记”：请逐项核对证据等级，合同能证明的只有已约定的事项",
            'every input has the grade "contract": check the grade of each; a contract proves only what it states',
        )
        found.append(Alarm("everything_contract", text))
    if value.percentiles[10] == value.percentiles[90] and value.median > 0:
        text = Text(
            f"P10 与 P90 同为 {show_yuan(value.median)} 元，没有区间：请为不确定的输入填写范围或相应的证据等级",
            f"P10 and P90 are both CNY {show_yuan(value.median)}, so there is no interval: enter ranges, or the grades"
            " that the evidence allows",
        )
        found.append(Alarm("no_interval", text))
    return (*found, *_loan(value, asked, rules, day))


def _figures(methods: Sequence[AppraisalMethod]) -> list[Uncertain]:
    return [figure for method in methods for driver in method.drivers() for _, figure in driver.figures]


def _growth(method: AppraisalMethod, drivers: dict[str, Driver], rules: Rulebook, day: date) -> list[Alarm]:
    """Query growth close to the discount rate: the value of a perpetual income is then arbitrary, that of a limited
    one depends on it.
    """
    rate = _middle(drivers.get("discount"))
    found = []
    growth = _stated_growth(drivers)
    if growth is None:
        return []
    limits = rules.at("appraisal.query.growth", day).value
    endless = not any(name in drivers for name in ("life", "decline")) and "growth" in drivers
    share = float(limits["near_discount_endless" if endless else "near_discount"])
    if rate is not None and rate > 0 and growth >= share * rate:
        text = Text(
            f"{method.title.zh}：年增长最高 {growth:.1%}，折现率 {rate:.1%}：价值对增长率极为敏感，请核实增长的依据和年限",
            f"{method.title.en}: growth of up to {growth:.1%} a year against a discount rate of {rate:.1%}: the value"
            " depends strongly on it; check its basis and duration",
        )
        found.append(Alarm("growth_near_discount", text))
    if growth > float(limits["greatest"]):
        text = Text(
            f"{method.title.zh}：年增长 {growth:.1%} 远超经验范围：请核实是否以小数填写（2 % 应为 0.02）",
            f"{method.title.en}: growth of {growth:.1%} a year is far outside experience: is it written as a share (2 % is"
            " 0.02)? Confirm or correct it.",
        )
        found.append(Alarm("growth_far_out", text))
    return found


def _stated_growth(drivers: dict[str, Driver]) -> float | None:
    """Return the highest yearly growth stated, net of decay; for amounts by year, the average from the first to the
    last.
    """
    found = []
    stated = drivers.get("growth")
    if stated is not None:
        decay = drivers.get("decay")
        gone = 0.0 if decay is None else float(decay.figures[0][1].low)
        found.append((1.0 + float(stated.figures[0][1].high)) * (1.0 - gone) - 1.0)
    for driver in drivers.values():
        amounts = [float(figure.mode) for _, figure in driver.figures] if driver.by_year else []
        if len(amounts) > 1 and amounts[0] > 0 and amounts[-1] > 0:
            found.append((amounts[-1] / amounts[0]) ** (1.0 / (len(amounts) - 1)) - 1.0)
    return max(found, default=None)


def _rate(method: AppraisalMethod, drivers: dict[str, Driver], rules: Rulebook, day: date) -> list[Alarm]:
    rate = _middle(drivers.get("discount"))
    limits = rules.at("appraisal.query.discount", day).value
    if rate is None or float(limits["least"]) <= rate <= float(limits["greatest"]):
        return []
    text = Text(
        f"{method.title.zh}：折现率 {rate:.2%} 明显偏离经验范围（{limits['least']:.0%} 至 {limits['greatest']:.0%}）："
        "请核实是否以小数填写（12 % 应为 0.12）",
        f"{method.title.en}: a discount rate of {rate:.2%} is far outside the usual range ({limits['least']:.0%} to"
        f" {limits['greatest']:.0%}): is it written as a share (12 % is 0.12)? Confirm or correct it.",
    )
    return [Alarm("discount_far_out", text)]


def _sales(method: AppraisalMethod, drivers: dict[str, Driver], rules: Rulebook, day: date) -> list[Alarm]:
    """Query a yearly revenue that no firm, or no borrower, has: ten thousands of yuan entered as yuan, or the
    reverse.
    """
    driver = drivers.get("revenue")
    if driver is None:
        return []
    limits = rules.at("appraisal.query.revenue", day).value
    amounts = [figure.mode for _, figure in driver.figures if figure.mode > 0]
    if not amounts:
        return []
    outside = [one for one in amounts if not Decimal(limits["least"]) <= one <= Decimal(limits["greatest"])]
    if not outside:
        return []
    shown = show_yuan(int(outside[0] * FEN_PER_YUAN))
    text = Text(
        f"{method.title.zh}：年收入 {shown} 元明显偏离经验范围：请核实单位是否为元；如为万元，请写成“…万元”",
        f"{method.title.en}: a yearly revenue of CNY {shown} is far outside the usual range: is it in yuan? For ten thousands"
        ' write "…万元".',
    )
    return [Alarm("revenue_far_out", text)]


def _zeros(method: AppraisalMethod, drivers: dict[str, Driver]) -> list[Alarm]:
    if method.has_economic_input():
        return []
    zero = [
        driver.label
        for driver in drivers.values()
        if driver.name not in (*FORETOLD, "decay", "functional", "economic", "charges")
        and driver.figures
        and all(figure.high == 0 for _, figure in driver.figures)
    ]
    names = Text("、".join(one.zh for one in zero), ", ".join(one.en for one in zero))
    text = Text(
        f"{method.title.zh}的价值为零，因为{names.zh}填写为零；如属未知，请改为填写估计的范围",
        f"{method.title.en} gives zero because {names.en} is stated as zero; if it is unknown, enter a range",
    )
    return [Alarm("zero_because", text)]


def _claims(method: AppraisalMethod, drivers: dict[str, Driver]) -> list[Alarm]:
    claimed = [
        driver.label
        for name in FORETOLD
        if (driver := drivers.get(name)) is not None
        and driver.figures
        and all(figure.grade is EvidenceGrade.CONTRACT for _, figure in driver.figures)
    ]
    if not claimed:
        return []
    names = Text("、".join(one.zh for one in claimed), ", ".join(one.en for one in claimed))
    text = Text(
        f"{method.title.zh}：合同或登记不能证明{names.zh}：质押和证券化目的下按低一级“经审计”放宽，请改正证据等级",
        f"{method.title.en}: no contract or register proves {names.en}; for a pledge or securitisation it is widened as"
        ' one grade lower, "audited"; correct the grade',
    )
    return [Alarm("contract_proves_no_future", text)]


def _loan(value: Distribution, asked: Fen | None, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
    """Query a value out of all proportion to the loan that it secures."""
    if not asked or value.median <= 0:
        return ()
    limits = rules.at("appraisal.query.value_to_loan", day).value
    times = value.median / asked
    if float(limits["least"]) <= times <= float(limits["greatest"]):
        return ()
    text = Text(
        f"评估价值 {show_yuan(value.median)} 元与申请贷款 {show_yuan(asked)} 元相差悬殊：请核对各项金额的单位（元或万元）",
        f"the value of CNY {show_yuan(value.median)} differs widely from the loan applied for, CNY"
        f" {show_yuan(asked)}: check the units of the amounts (yuan or ten thousands)",
    )
    return (Alarm("value_far_from_loan", text),)


def _middle(driver: Driver | None) -> float | None:
    return None if driver is None or not driver.figures else float(driver.total(0.5, AS_STATED))
