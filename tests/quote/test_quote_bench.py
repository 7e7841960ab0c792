"""The measurement of a quote runs, and its peer gives the same answer."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def test_losses_shared_one_by_one_give_the_same_quote():
    from bench.quote import CASES, PLAIN_MODES, plain_quote

    from zhirong.chain.quote.view import view
    from zhirong.workbench import load_case, quote_case

    case = load_case(CASES / "xixian-jingshuixing" / "case.toml")
    assert plain_quote(case)["modes"] == view(quote_case(case, PLAIN_MODES))["modes"]
