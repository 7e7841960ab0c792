"""The platform under load: its busiest pages and API calls, with a region of many firms in the database.

A real server (granian, two workers) answers requests from a second process on loopback. ZHIRONG_BENCH_FIRMS sets how many
firms there are (2,000 where not said; 100,000 for the goal), each with ten rights and one loan. ZHIRONG_BENCH_PLATFORM names
a folder to keep them in; DATABASE_URL puts them into PostgreSQL instead. The rows are written straight into the tables, so they
have no events; the answers are checked: every page must be 200 and hold what was put there.
"""

import os
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.measure import Measurement

FIRMS = int(os.environ.get("ZHIRONG_BENCH_FIRMS", "2000"))
RIGHTS_A_FIRM = 10
LENDERS = 10
REQUESTS = 300
CHUNK = 5_000
MEDIAN, HIGHEST = 0.050, 0.250  # seconds: the goals
START = 3.0
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
_STATES = ("submitted", "diligence", "approval", "signing", "registering", "released", "repaid", "closed")


def run() -> list[Measurement]:
    """Fill, serve, measure."""
    kept = os.environ.get("ZHIRONG_BENCH_PLATFORM")
    with TemporaryDirectory() as temporary:
        folder = Path(kept or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["ZHIRONG_DATA"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "zhirong.web.settings"
        from zhirong.store.setup import migrate, ready

        ready("zhirong.web.settings")
        from django.db import connection

        from zhirong.operations.pledge.foundation import found_register
        from zhirong.store.financing import Case
        from zhirong.store.log import KEY_FILE

        if not (folder / KEY_FILE).exists():
            found_register(folder, "platform.bench")
            migrate()
            _fill()
            _reviewed(_one_case())
            if connection.vendor == "postgresql":
                # What its own background process does after some minutes: plans stand on the tables as they are now.
                with connection.cursor() as cursor:
                    cursor.execute("vacuum analyze")
        officer, manager, token = _sign_in()
        state = Case.objects.filter(lender=1).exclude(pk=_one_case()).values_list("state", flat=True)[0]
        database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
        connection.close()
        port = _free_port()
        with Served(port) as starting:
            measured = [starting]
            for name, cookie, address, expected in _addresses(officer, manager, token, state):
                measured.append(_loaded(f"{name}, {database}", port, cookie, address, expected))
    return measured


def _fill() -> None:
    """The region. Numbers are drawn from one seed, so that every run stands on the same rows."""
    from zhirong.store.financing import Case, CaseStep, FirmRight, Loan
    from zhirong.store.names import name_key
    from zhirong.store.parties import Account, Membership, Organisation

    draw = random.Random(20260302)
    kept: dict[str, Any] = {"version": 1, "created_at": NOW, "changed_at": NOW}

    def organisation(number: int, kind: str, name: str) -> Organisation:
        return Organisation(
            id=number,
            kind=kind,
            name=name,
            code=_code(number),
            region="440100",
            status="active",
            name_key=name_key(name),
            profile={},
            **kept,
        )

    Organisation.objects.bulk_create(
        organisation(number, "lender", f"第{number}银行") for number in range(1, LENDERS + 1)
    )
    first = LENDERS + 1
    for begin in range(first, first + FIRMS, CHUNK):
        numbers = range(begin, min(begin + CHUNK, first + FIRMS))
        Organisation.objects.bulk_create(
            organisation(number, "firm", f"广州{number:06d}科技有限公司") for number in numbers
        )
        FirmRight.objects.bulk_create(
            FirmRight(
                firm_id=number,
                key=f"patent/{_number(number, at)}",
                kind="invention",
                number=_number(number, at),
                title=f"一种装置 {number}-{at}",
                facts={
                    "kind": "invention",
                    "title": f"一种装置 {number}-{at}",
                    "number": _number(number, at),
                    "filing_date": "2015-03-02",
                    "grant_date": "2017-05-09",
                    "fee_paid_through_year": 12,
                    "holders": [{"name": f"广州{number:06d}科技有限公司"}],
                },
                status="in_force",
                ends_on=date(2035, 3, 1),
                next_fee_on=date(2026, 3, 2) + timedelta(days=draw.randrange(365)),
                checked_on=NOW.date(),
                **kept,
            )
            for number in numbers
            for at in range(RIGHTS_A_FIRM)
        )
        cases = Case.objects.bulk_create(
            Case(
                id=number - LENDERS,
                firm_id=number,
                lender_id=1 + number % LENDERS,
                number=f"RZ2026{number:07d}",
                state=draw.choice(_STATES),
                mode="guangzhou-55",
                amount=draw.randrange(1, 1_000) * 1_000_000,
                term_months=12,
                method="bullet",
                purpose="流动资金",
                submitted_on=NOW.date(),
                due_on=NOW.date() + timedelta(days=draw.randrange(30)),
                **kept,
            )
            for number in numbers
        )
        CaseStep.objects.bulk_create(CaseStep(case=case, state=case.state, began_at=NOW, **kept) for case in cases)
        Loan.objects.bulk_create(
            Loan(
                case=case,
                firm_id=case.firm_id,
                lender_id=case.lender_id,
                number=f"DK2026{case.id:07d}",
                state="standing",
                mode=case.mode,
                principal=case.amount,
                contract={},
                start=NOW.date(),
                end=NOW.date() + timedelta(days=365),
                balance=case.amount,
                overdue_days=draw.choice((0,) * 20 + (15, 95)),
                category="normal",
                next_due_on=NOW.date() + timedelta(days=draw.randrange(90)),
                next_due=case.amount // 300,
                **kept,
            )
            for case in cases
        )
    for at, (email, organisation_id, roles) in enumerate(
        (
            ("officer@bench.example", 1, ["lender.officer", "lender.manager", "lender.cashier"]),
            ("manager@bench.example", first, ["firm.manager"]),
        ),
        1,
    ):
        Account.objects.create(id=at, username=email, email=email, is_demo=True)
        Membership.objects.create(account_id=at, organisation_id=organisation_id, roles=roles, **kept)


def _code(number: int) -> str:
    """A credit code with the right check character."""
    from zhirong.kernel.identifiers import credit_code_check

    first17 = f"91610100{number:09d}"
    return first17 + credit_code_check(first17)


def _number(firm: int, at: int) -> str:
    """A number of the form of a patent's: seven digits of serial hold a million firms."""
    from zhirong.kernel.identifiers import patent_check_digit

    serial = firm * RIGHTS_A_FIRM + at
    digits = f"20151{serial:07d}"
    return f"CN{digits}.{patent_check_digit(digits)}"


def _one_case() -> int:
    """A case of the first bank, from the middle."""
    return FIRMS // 2 - FIRMS // 2 % LENDERS


def _reviewed(case_id: int) -> None:
    """The case that is looked at has its rights and a real quote, as a case in diligence has."""
    from zhirong.operations.case_file.tables import case_table_of, quote_json
    from zhirong.store.financing import Case, FirmRight

    case = Case.objects.get(pk=case_id)
    case.state = "diligence"
    case.rights = list(FirmRight.objects.filter(firm_id=case.firm_id).values_list("pk", flat=True)[:3])
    case.quote = quote_json(case_table_of(case, NOW.date()), [case.mode])
    case.save()


def _sign_in() -> tuple[str, str, str]:
    """Session cookies of the officer and of the manager, and a token of the officer's."""
    import hashlib
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from zhirong.store.parties import Account, ApiToken

    engine = import_module(settings.SESSION_ENGINE)
    cookies = []
    for number in (1, 2):
        account = Account.objects.get(id=number)
        session = engine.SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.save()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    secret = "bench-token-of-one-run"
    ApiToken.objects.update_or_create(
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        defaults={
            "account_id": 1,
            "organisation_id": 1,
            "name": "bench",
            "scopes": ["read"],
            "expires_on": date(2100, 1, 1),
            "created_at": NOW,
            "changed_at": NOW,
        },
    )
    return cookies[0], cookies[1], secret


def _addresses(
    officer: str, manager: str, token: str, state: str
) -> Iterator[tuple[str, dict[str, str], str, str]]:
    """Name, headers, address, and what must stand on the page. state: one that a case of the lender is in."""
    by_officer, by_manager = {"Cookie": officer}, {"Cookie": manager}
    by_token = {"Authorization": f"Bearer {token}"}
    case = _one_case()
    yield "the lender's work list", by_officer, "/lender/", "RZ2026"
    yield "the lender's cases", by_officer, "/lender/cases/", "RZ2026"
    yield "the lender's cases, filtered", by_officer, f"/lender/cases/?state={state}", "RZ2026"
    yield "a case on one page", by_officer, f"/lender/cases/{case}/", f"RZ2026{case + LENDERS:07d}"
    yield "the lender's loans", by_officer, "/loans/", "DK2026"
    yield "a firm's rights", by_manager, "/firm/rights/", "一种装置"
    yield "a firm's home", by_manager, "/firm/", "科技有限公司"
    yield "API: the lender's cases", by_token, "/api/v1/lists/lender.cases?limit=50", "RZ2026"
    yield "API: a case", by_token, f"/api/v1/cases/{case}", f"RZ2026{case + LENDERS:07d}"


class Served:
    """A server in a process of its own; what it took to start is the first measurement."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __enter__(self) -> Measurement:
        begun = time.perf_counter()
        self._process = subprocess.Popen(  # noqa: S603
            [str(Path(sys.executable).with_name("zhirong")), "serve", "--port", str(self._port), "--no-worker"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while time.perf_counter() - begun < 60 and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=30).read()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.02)
        else:
            self._process.kill()
            raise AssertionError("the server did not start")
        took = time.perf_counter() - begun
        return Measurement(
            work="from starting the server to its first page",
            peer=f"the goal of {START:.0f} s",
            ours=took,
            theirs=START,
            goal="under 3 s",
            met=took < START,
            answers="the first page is 200",
        )

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
    return port


def _loaded(name: str, port: int, headers: dict[str, str], address: str, expected: str) -> Measurement:
    """REQUESTS of one address from two clients in a process of its own."""
    words = [sys.executable, "-m", "bench.pages", "client", str(port), address, expected]
    given = "\n".join(f"{key}: {value}" for key, value in headers.items())
    done = subprocess.run(  # noqa: S603
        words, input=given, capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parent.parent
    )
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    seconds = sorted(float(line) for line in done.stdout.split())
    median, highest = statistics.median(seconds), seconds[int(len(seconds) * 0.99)]
    return Measurement(
        work=f"{name}: median of {len(seconds)} requests by two clients; 99th percentile {highest * 1000:.0f} ms",
        peer=f"the goal of {MEDIAN * 1000:.0f} ms, with {FIRMS:,} firms, {FIRMS * RIGHTS_A_FIRM:,} rights, {FIRMS:,} loans",
        ours=median,
        theirs=MEDIAN,
        goal="median under 50 ms, 99th percentile under 250 ms",
        met=median < MEDIAN and highest < HIGHEST,
        answers=f"every answer is 200 and holds {expected!r}",
    )


def _client(port: int, address: str, expected: str) -> None:
    """What the second process does: two threads, one connection each, one request after the other."""
    import http.client
    import threading

    headers = dict(line.split(": ", 1) for line in sys.stdin.read().splitlines())
    taken: list[float] = []
    wrong: list[str] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(REQUESTS // 2 + 10):
            begun = time.perf_counter()
            connection.request("GET", address, headers=headers)
            answer = connection.getresponse()
            body = answer.read().decode()
            if number >= 10:  # the first few warm both sides up
                taken.append(time.perf_counter() - begun)
            if answer.status != 200 or expected not in body:
                wrong.append(f"{address}: {answer.status}, {len(body)} characters")
                return

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        sys.exit(wrong[0])
    print("\n".join(map(str, taken)))


if __name__ == "__main__" and sys.argv[1:2] == ["client"]:
    _client(int(sys.argv[2]), *sys.argv[3:5])
