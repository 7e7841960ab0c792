"""A fact about a firm with its evidence: certificate, days, source and list."""

from dataclasses import dataclass
from datetime import date

from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class FactCertificate:
    """The evidence of a status. certificate_no, source, listed: as in the source; empty if it gives none.

    listed: the public list that names the firm. issued_on, expires_on: first and last day of the certificate.
    """

    certificate_no: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    source: str = ""
    listed: str = ""

    def expired(self, day: date) -> bool:
        """Return whether its last day has passed on ``day``."""
        return self.expires_on is not None and day > self.expires_on

    def words(self) -> Text:
        """Return number, list, source and days in one line; empty if nothing is stated."""
        zh, en = [], []
        if self.certificate_no:
            zh.append(f"证书 {self.certificate_no}")
            en.append(f"certificate {self.certificate_no}")
        if self.listed:
            zh.append(f"名单：{self.listed}")
            en.append(f"list: {self.listed}")
        if self.source:
            zh.append(f"来源：{self.source}")
            en.append(f"source: {self.source}")
        if self.issued_on is not None:
            zh.append(f"发证日 {self.issued_on}")
            en.append(f"issued on {self.issued_on}")
        if self.expires_on is not None:
            zh.append(f"有效至 {self.expires_on}")
            en.append(f"valid to {self.expires_on}")
        return Text("，".join(zh), ", ".join(en))

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "certificate_no": self.certificate_no or None,
            "issued_on": None if self.issued_on is None else self.issued_on.isoformat(),
            "expires_on": None if self.expires_on is None else self.expires_on.isoformat(),
            "source": self.source or None,
            "list": self.listed or None,
        }


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact that a condition tests, with its evidence.

    value: as a bare fact would be; None if unknown. A certificate whose last day has passed proves nothing: the
    value is then False.
    """

    value: object
    certificate: FactCertificate


def plain_fact(found: object) -> object:
    """Return the value of a fact, with or without its certificate."""
    return found.value if isinstance(found, StatedFact) else found
