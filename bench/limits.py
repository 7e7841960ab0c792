"""Credit limits of a thousand firms under all modes on two processes, beside whole quotes one by one."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench.measure import Measurement
from zhirong.workbench import load_case, modes, quote_case, quote_many

FIRMS, PEER_FIRMS, SECONDS = int(os.environ.get("ZHIRONG_BENCH_QUOTED", "1000")), 10, 15
CASES = Path(__file__).resolve().parents[1] / "src" / "zhirong" / "cases"


def run() -> list[Measurement]:
    """A thousand firms, each asking for another amount; the peer quotes ten of them whole and is scaled."""
    first = load_case(CASES / "suzhou-beiang" / "case.toml")
    cases = [
        replace(first, id=f"firm-{n}", request=replace(first.request, amount=(100 + n) * 1_000_000))
        for n in range(FIRMS)
    ]
    with ProcessPoolExecutor(2) as pool:
        list(quote_many(cases[:40], executor=pool))  # workers read rules and modes once
        began = time.perf_counter()
        rows = list(quote_many(cases, executor=pool))
        ours = time.perf_counter() - began
    began = time.perf_counter()
    whole = [quote_case(case) for case in cases[:PEER_FIRMS]]
    theirs = (time.perf_counter() - began) * FIRMS / PEER_FIRMS
    count = len(modes())
    for case, answer in zip(cases, whole, strict=False):
        mine = [row for row in rows if row.case_id == case.id]
        if [(row.amount, row.binding, row.annual_rate) for row in mine] != [
            (offer.amount, offer.limited_by, offer.annual_rate) for offer in answer.offers
        ]:
            raise AssertionError(f"{case.id}: many at once and one by one differ")
    return [
        Measurement(
            work=f"credit limits of {FIRMS:,} firms under {count} modes, two processes",
            peer=f"whole quotes one by one ({PEER_FIRMS} firms, scaled)",
            ours=ours,
            theirs=theirs,
            goal=f"under {SECONDS} s",
            met=ours < SECONDS,
            answers=f"equal to the quotes of the first {PEER_FIRMS}",
        )
    ]
