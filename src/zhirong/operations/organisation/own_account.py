"""A user's name, which appears under their decisions and on the reports that they sign."""

from typing import Annotated, Any

from pydantic import Field

from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Account


def _now(actor: Actor, row: Any) -> str:
    return str(Account.objects.values_list("display_name", flat=True).get(pk=actor.account))


class OwnName(Request):
    """A name as on the identity card."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=60),
        ask("姓名", "Name", "与身份证一致", "as on your identity card", start=_now),
    ]


@operation(
    "account.name",
    Text("填写姓名", "Enter your name"),
    request=OwnName,
    help=Text(
        "审批、复核、签字处显示姓名；未填写的显示邮箱。已签署的文件不变。",
        "Your name is shown with your decisions, reviews and signatures instead of your e-mail address. Signed documents do not change.",
    ),
)
def state_name(work: Work, request: OwnName) -> Any:
    """Store the name of the signed-in account."""
    Account.objects.filter(pk=work.actor.account).update(display_name=request.name)
    work.public["account"] = work.actor.account
