"""``zhirong register``: the pledge register on the command line, as its registrar or for another party."""

import argparse
import os

from zhirong.cli.register_common import Action, Options, common_options, folder
from zhirong.cli.register_log import ACTIONS as LOG
from zhirong.cli.register_pledges import ACTIONS as PLEDGES
from zhirong.cli.register_rights import ACTIONS as RIGHTS
from zhirong.cli.register_rights import needs_no_database
from zhirong.cli.register_search import ACTIONS as LOOK
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.full_disk import is_full_disk
from zhirong.kernel.read_only import demand_writable
from zhirong.kernel.text import Text

ACTIONS: dict[str, Action] = {**PLEDGES, **LOOK, **RIGHTS, **LOG}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    common = common_options()
    for name, action in ACTIONS.items():
        parents = [] if action.has_parts else [common]
        action.configure(actions.add_parser(name, help=" / ".join(action.words), parents=parents))


def run(options: Options) -> int:
    """Return 0, or 1 for findings (a rejection, a difference, a damaged register). Raises InputError for bad input."""
    if hasattr(options, "data"):
        os.environ["ZHIRONG_DATA"] = options.data
    if needs_no_database(options):
        return ACTIONS[options.action].run(options)
    from zhirong.store.setup import demand_schema, ready

    ready()
    from django.db.utils import OperationalError, ProgrammingError

    from zhirong.store.transaction import NoRegisterError

    try:
        demand_schema()
        return ACTIONS[options.action].run(options)
    except (NoRegisterError, OperationalError, ProgrammingError) as error:
        if is_full_disk(error):
            raise
        demand_writable(str(folder()), error)
        problem = Problem(
            "register",
            str(folder()),
            Text(f"登记簿不可用：{error}", f"the register cannot be used: {error}"),
            Text(
                "请先运行 zhirong register init，或改正 ZHIRONG_DATA、DATABASE_URL",
                "run zhirong register init first",
            ),
            "no_register",
        )
        raise InputError([problem]) from error
