"""Read the security of a mode from its file, and check its terms."""

from collections.abc import Collection

from zhirong.chain.mode.model import Put
from zhirong.chain.mode.reading import Context, read_own_reference
from zhirong.chain.mode.security import Basis, Pledgee, Security
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text


def read_security(reader: Reader, context: Context, put: Put | None) -> Security:
    """Read ``basis`` and ``[security]`` of the file, and the price of ``[put]``. Notes contradictions as problems."""
    basis = Basis(reader.choice("basis", tuple(Basis), Basis.CREDIT.value))
    entry = reader.optional_table("security")
    price = None if put is None else put.price_rate
    if entry is None:
        pledgee = Pledgee.SHARED if put is None else Pledgee.PURCHASER
        return Security(context.source, basis, pledgee, put_price_share=price)
    usual = Pledgee.SHARED if put is None else Pledgee.PURCHASER
    security = Security(
        reference=read_own_reference(entry, context, "security"),
        basis=basis,
        pledgee=Pledgee(entry.choice("pledgee", tuple(Pledgee), usual.value)),
        eligible_weight=entry.optional_number("eligible_weight", 0, 1),
        put_price_share=price,
    )
    if (security.pledgee is Pledgee.PURCHASER) != security.put:
        entry.problem(
            "pledgee",
            security.pledgee.value,
            "contradiction",
            Text(
                "有收购约定时权利归收购方，没有时没有收购方",
                "with [put] the purchaser takes the right; without it there is no purchaser",
            ),
            Text("请填写 [put]，或修改 pledgee", "write [put], or change pledgee"),
        )
    entry.finish()
    return security


def check_security(reader: Reader, security: Security, bearers: Collection[str]) -> None:
    """Note a pledgee that bears no part of a loss, since its pledge would secure nothing. bearers: roles."""
    holds_it_for_itself = security.pledgee in (Pledgee.GUARANTOR, Pledgee.GOVERNMENT)
    if holds_it_for_itself and security.pledgee.value not in bearers:
        reader.problem(
            "security.pledgee",
            security.pledgee.value,
            "contradiction",
            Text("持有质押的一方不承担任何份额", "the party that holds the pledge bears no share"),
            Text("请为其设定份额，或修改 pledgee", "give it a share, or change pledgee"),
        )
