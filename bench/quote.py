"""A quote under every mode, once loaded, beside asking for each mode alone."""

from pathlib import Path

from bench.measure import Measurement, best_of
from zhirong.chain.quote.view import view
from zhirong.library import load_case, modes, quote_case

MILLISECONDS_A_MODE = 10
CASES = Path(__file__).resolve().parents[1] / "src" / "zhirong" / "cases"


def run() -> list[Measurement]:
    """All modes in one quote, appraisal and credit included; each mode's answer must be that of its own quote."""
    case = load_case(CASES / "xixian-jingshuixing" / "case.toml")
    names = tuple(modes())
    ours, together = best_of(lambda: view(quote_case(case)), 20)
    theirs, alone = best_of(lambda: [view(quote_case(case, [name]))["modes"][0] for name in names], 5)
    if together["modes"] != alone:
        raise AssertionError("a mode's answer depends on which other modes are asked for")
    each = ours * 1000 / len(names)
    return [
        Measurement(
            work=f"a quote under {len(names)} modes ({each:.2f} ms a mode)",
            peer="one quote for each mode",
            ours=ours,
            theirs=theirs,
            goal=f"at most {MILLISECONDS_A_MODE} ms a mode",
            met=each <= MILLISECONDS_A_MODE,
            answers="equal, mode by mode",
        )
    ]
