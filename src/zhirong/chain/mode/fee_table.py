"""Fees that follow a dated fee table instead of a rate in the mode's file: today the appraisal fee.

The table is a rule, so that one correction reaches every mode. A mode file refers to it with ``base =
"fee_table"``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, parse_yuan, quantise_rate, round_fen, show_yuan
from zhirong.kernel.rulebook import Rulebook, RuleValue, wider_regions
from zhirong.kernel.text import Text

APPRAISAL_FEE = "appraisal_fee"
FEE_TABLES: dict[str, Text] = {APPRAISAL_FEE: Text("评估费收费表", "appraisal fee table")}

_TABLE = "mode.appraisal_fee"
_INTERNAL = "mode.internal_valuation"


@dataclass(frozen=True, slots=True)
class FeeTable:
    """A fee in tiers: each slice of the value is charged at the rate of its tier, with a minimum of ``least``
    (fen).

    tiers: end of each slice in fen (None: open) with its rate. table: the rule. internal: the rule under which the
    lender values the rights itself and no fee is due; None if there is none on the day. regions, loans_at_most:
    where, and up to which loan (fen), that rule applies.
    """

    tiers: tuple[tuple[Fen | None, Fraction], ...]
    least: Fen
    table: RuleValue
    internal: RuleValue | None
    regions: tuple[str, ...]
    loans_at_most: Fen

    def fee(self, value: Fen, loan: Fen, region: str | None) -> Explanation:
        """Return the fee for rights of this value under a loan of this amount, with its derivation.

        No fee is due without a value, or where the lender may value the rights itself or agree on the value.
        """
        title = FEE_TABLES[APPRAISAL_FEE]
        if value <= 0:
            return Explanation(title, 0, "fen", Text("没有评估值", "there is no appraised value"))
        if self.internal is not None and loan <= self.loans_at_most and self._is_pilot(region):
            most = show_yuan(self.loans_at_most)
            words = Text(
                f"试点地区单笔 {most} 元以下由银行内部评估或银企协商定价，不收评估费",
                f"in a pilot region, the bank values rights for loans up to {most} itself or agrees the value with the firm; no fee is charged",
            )
            return Explanation(title, 0, "fen", words, (self.internal.reference,))
        done, exact, steps = 0, Fraction(0), []
        for end, rate in self.tiers:
            slice_of = (value if end is None else min(value, end)) - done
            if slice_of <= 0:
                break
            exact += slice_of * rate
            steps.append(f"{show_yuan(slice_of)} × {plain(quantise_rate(rate * 100, 4))} %")
            done += slice_of
        amount = max(self.least, round_fen(exact))
        sums = " + ".join(steps)
        least = show_yuan(self.least)
        formula = (
            Text(f"{sums}，不足 {least} 的按 {least}", f"{sums}, at least {least}")
            if amount > round_fen(exact)
            else Text(sums, sums)
        )
        return Explanation(title, amount, "fen", formula, (self.table.reference,))

    def _is_pilot(self, region: str | None) -> bool:
        return region is not None and any(place in self.regions for place in wider_regions(region))


def fee_tables_on(rules: Rulebook, day: date) -> Mapping[str, FeeTable]:
    """Return every fee table that a mode may refer to, as of ``day``. Raises RuleError if no table is in force that
    day.
    """
    table, internal = rules.at(_TABLE, day), rules.find(_INTERNAL, day)
    rows = table.value["tiers"]
    return {
        APPRAISAL_FEE: FeeTable(
            tiers=tuple(
                (None if "up_to" not in row else parse_yuan(row["up_to"]), Fraction(row["rate"])) for row in rows
            ),
            least=parse_yuan(table.value["at_least"]),
            table=table,
            internal=internal,
            regions=() if internal is None else tuple(internal.value["regions"]),
            loans_at_most=0 if internal is None else parse_yuan(internal.value["loans_at_most"]),
        )
    }
