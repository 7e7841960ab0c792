"""The demand for further security (CC 433): the value or the cash missing against the agreed ceiling."""

from dataclasses import dataclass
from fractions import Fraction

from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, quantise_rate, show_yuan
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class SecurityShortfall:
    """The shortfall in fen. value: of further security; cash: of repayment. Either one alone restores the ceiling."""

    value: Fen
    cash: Fen
    explanation: Explanation


def security_shortfall(exposure: Fen, value: Fen, ceiling: Fraction) -> SecurityShortfall:
    """Return the shortfall against exposure ÷ value of at most ``ceiling``; zero if there is none.

    value missing = ⌈exposure ÷ ceiling⌉ − value; cash missing = exposure − ⌊ceiling × value⌋. Raises ValueError for
    a ceiling that is not above zero.
    """
    if ceiling <= 0:
        raise ValueError("the ceiling of the loan to value must be above zero")
    needed = -(-exposure * ceiling.denominator // ceiling.numerator)
    carried = value * ceiling.numerator // ceiling.denominator
    missing_value, missing_cash = max(0, needed - value), max(0, exposure - carried)
    percent = f"{quantise_rate(ceiling * 100, 2)} %"
    formula = Text(
        f"追加价值 {show_yuan(exposure)} ÷ {percent} − {show_yuan(value)}；或还款 {show_yuan(exposure)} − {percent} × {show_yuan(value)}",
        f"value {show_yuan(exposure)} ÷ {percent} − {show_yuan(value)}; or cash {show_yuan(exposure)} − {percent} × {show_yuan(value)}",
    )
    label = Text("应补足的担保价值", "missing security")
    return SecurityShortfall(missing_value, missing_cash, Explanation(label, missing_value, "fen", formula))
