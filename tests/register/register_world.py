"""What the register's tests share: parties, requests, actors, a clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zhirong.chain.right.records import Holder
from zhirong.kernel.identifiers import patent_check_digit

START = datetime(2025, 6, 2, 2, 0, tzinfo=UTC)
PAPERS = [
    "form",
    "main_contract",
    "pledge_contract",
    "identity",
    "identity_or_commitment",
    "power_of_attorney",
    "co_owner_consent",
    "prior_licences",
    "valuation_report",
]
ITEMS = ["parties", "claim", "debt_term", "rights", "content", "protection_term", "scope", "pledge_term"]
FIRM = {"name": "西安甲科技有限公司"}
BANK = {"name": "丙银行股份有限公司西安分行"}


def patent_number(serial: int) -> str:
    digits = f"20141{serial:07d}"
    return f"{digits}.{patent_check_digit(digits)}"


def patent(serial: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"p{serial}",
        "kind": "invention",
        "title": f"一种张力控制装置{serial}",
        "number": patent_number(serial),
        "holders": [dict(FIRM)],
        "filing_date": "2014-07-28",
        "grant_date": "2016-05-04",
        "fee_paid_through_year": 12,
        **changes,
    }


def request(*rights: dict[str, Any], role: str = "record", **filing: Any) -> dict[str, Any]:
    return {
        "role": role,
        "rights": list(rights),
        "filing": {
            "pledgors": [dict(FIRM)],
            "pledgee": dict(BANK),
            "claim_amount": "200万元",
            "debt_start": "2025-06-02",
            "debt_end": "2026-06-01",
            "contract_items": ITEMS,
            "is_joint": True,
            "papers": PAPERS,
            "pilot_basis": "某市试点办法",
            **filing,
        },
    }


class World:
    """A register and those who use it. Instants are one second apart, keys are never used twice."""

    def __init__(self, folder: Path, url: str = "", name: str = "t") -> None:
        self.folder, self.url, self.name, self.count = folder, url, name, 0

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.count)

    def by(self, role: str = "registrar", party: str = "", key: str = "") -> Any:
        from zhirong.operations.actors import Capacity, register_actor
        from zhirong.operations.declare import Call

        self.count += 1
        actor = register_actor(f"{role}-{party}", Capacity(role), Holder(party) if party else None)
        return Call(actor, self.now, key or f"{self.name}-{self.count}")

    def entered(self, *rights: dict[str, Any], **filing: Any) -> Any:
        """A filing taken all the way to its entry."""
        from zhirong.operations.pledge import pledges

        filed = pledges.file_pledge(self.by(), request(*rights, **filing))
        pledges.examine(self.by(), filed.registration.id)
        return pledges.register(self.by(), filed.registration.id).registration

    def findings(self) -> tuple[Any, ...]:
        from zhirong.operations.platform.platform_check import check_register

        return check_register(self.folder).findings

    def demand_whole(self) -> None:
        """Fails with the first findings where the register is not whole."""
        found = self.findings()
        assert found == (), "\n".join(finding.as_text("en") for finding in found[:5])
