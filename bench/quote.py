"""A quote under every mode, once loaded, beside the same limits searched ten thousand yuan by ten thousand."""

from fractions import Fraction
from pathlib import Path

from bench.measure import Measurement, best_of
from zhirong.chain.limit.records import LENDER
from zhirong.chain.limit.risk import RiskTests
from zhirong.chain.quote.view import view
from zhirong.kernel.document import to_json
from zhirong.workbench import load_case, modes, quote_case

MILLISECONDS_A_MODE = 10
CASES = Path(__file__).resolve().parents[1] / "src" / "zhirong" / "cases"


def run() -> list[Measurement]:
    """All modes in one quote, appraisal and credit included; beside it the risk limits tried amount by amount."""
    case = load_case(CASES / "xixian-jingshuixing" / "case.toml")
    count = len(modes())
    ours, answer = best_of(lambda: quote_case(case), 5)
    shown, _ = best_of(lambda: to_json(view(quote_case(case))), 5)
    theirs, plain = best_of(lambda: plain_limits(answer), 1)
    found = {offer.mode.id: offer.limit.amount for offer in answer.offers}
    if found != plain:
        raise AssertionError("limits by closed form and halving differ from those tried amount by amount")
    each = shown * 1000 / count
    return [
        Measurement(
            work=f"a quote under all {count} modes ({each:.2f} ms a mode with its JSON)",
            peer="its limits alone, every ten thousand yuan tried through the allocator",
            ours=ours,
            theirs=theirs,
            goal=f"at most {MILLISECONDS_A_MODE} ms a mode",
            met=each <= MILLISECONDS_A_MODE,
            answers="equal to the fen, mode by mode",
        )
    ]


def plain_limits(answer):
    """Each mode's limit by the definition: the greatest amount at which, and at every smaller step, all tests hold."""
    return {offer.mode.id: plain_limit(offer.limit) for offer in answer.offers}


def plain_limit(found) -> int:
    """The limit of one mode, step by step."""
    limits, policy = found.firm, found.firm.policy
    caps = {code: cap for code, cap in found.caps.items() if code != "risk"}
    most = min(caps.values())
    if not limits.admitted:
        return 0
    step, minimum = policy.amount["step"], policy.amount["minimum"]
    tests = RiskTests(limits.firm, found.arrangement, limits.exposure, policy)
    amount = 0
    while amount + step <= most and holds(tests, amount + step):
        amount += step
    if most - amount < step and holds(tests, most):
        amount = most if most == limits.firm.asked else amount
    return amount if amount >= minimum else 0


def holds(tests: RiskTests, amount: int) -> bool:
    """The three tests at one amount, written out."""
    parts = {role: row[0] for role, row in tests.parts([amount]).items()}
    expected = tests.expected([amount]).get(LENDER, [Fraction(0)])[0]
    if parts.get(LENDER, 0) > tests.lender_most + tests.slack or expected > tests.allowed(amount) + tests.slack:
        return False
    for role in tests.others:
        if role in tests.refusing and parts.get(role, 0) > 1:
            return False
        if role in GUARANTORS and parts.get(role, 0) > tests.guarantor_most:
            return False
    return True


GUARANTORS = frozenset({"guarantor", "insurer", "ip_operator", "purchaser", "peers"})
