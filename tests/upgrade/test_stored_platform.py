"""A platform that an older version made opens in this one: migrated, nothing found, everything reads as it did.

``make_region.py`` says how the archives were made. An archive is never made again: it is what users have. A new one is
added for each released version.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import make_region
import pytest
import register_databases

HERE = Path(__file__).parent
STORED = sorted(one.name.removesuffix(".tar.xz") for one in HERE.glob("region-*.tar.xz"))


@pytest.fixture(scope="module", params=STORED)
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """A data folder of an older version, migrated by this one; and what that version read in it."""
    folder = tmp_path_factory.mktemp(request.param)
    with tarfile.open(HERE / f"{request.param}.tar.xz") as tar:
        tar.extractall(folder, filter="data")
    register_databases.use("", folder)
    register_databases.migrate()
    vault = folder / "vault.key"
    with pytest.MonkeyPatch.context() as patched:
        if vault.exists():  # this process has a folder, and so a key, of its own
            patched.setenv("ZHIRONG_VAULT_KEY", vault.read_text(encoding="utf-8").strip())
        yield folder, json.loads((HERE / f"{request.param}.json").read_text(encoding="utf-8"))
    register_databases.connections["default"].close()


def test_there_are_platforms_of_the_first_version_and_of_the_last_one_before_roles() -> None:
    """The second holds decisions whose problems say ``mend``, and memberships with ``duties``."""
    assert {"region-9d6e7a8", "region-cc7a0af"} <= set(STORED)


def test_everything_reads_as_it_did(stored: tuple[Path, Any]) -> None:
    _folder, expected = stored
    found = json.loads(json.dumps(make_region.facts()))
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == value, name


def test_every_stored_code_is_known(stored: tuple[Path, Any]) -> None:
    """Pages, API and operations read these columns as enums: a value that was withdrawn would open none of them."""
    from zhirong.operations.state_columns import CODES, TRANSITIONS, choices_of

    for model, field in (*TRANSITIONS, *CODES):
        found = {str(value) for value in model.objects.values_list(field, flat=True).distinct()} - {""}
        assert found <= set(choices_of(model, field)), (model, field)


def test_the_check_finds_nothing(stored: tuple[Path, Any]) -> None:
    folder, expected = stored
    command = [sys.executable, "-m", "zhirong.cli.main", "platform", "check", "--data", str(folder), "--json"]
    environment = {**os.environ, "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)  # of the tests themselves
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    answer = json.loads(done.stdout)
    assert (answer["events"], answer["findings"], answer["files"]) == (expected["events"], [], [])


def test_the_check_finds_a_balance_that_somebody_changed(stored: tuple[Path, Any]) -> None:
    """So that the test above can fail: the check looks into what the archive holds."""
    from zhirong.operations.platform.platform_check import platform_findings

    folder, _expected = stored
    assert list(platform_findings()) == []
    register_databases.connections["default"].close()

    def change(fen: int) -> None:
        with sqlite3.connect(folder / "zhirong.sqlite3") as database:
            database.execute("update store_loan set balance = balance + ? where id = 1", [fen])

    change(1)
    try:
        assert list(platform_findings()) != []
    finally:
        change(-1)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_of_kept_cases_open(stored: tuple[Path, Any], lang: str) -> None:
    """What was decided before is shown with its reasons and hints, to the lender and to the firm."""
    from django.test import Client

    from zhirong.operations import catalogue
    from zhirong.store.financing import Case
    from zhirong.store.parties import Membership

    catalogue.load()
    kept = [case for case in Case.objects.order_by("pk") if case.quote]
    assert kept
    for case in kept:
        assert '"mend"' in json.dumps(case.quote) or "region-cc7a0af" not in str(stored[0])
        for organisation, address in (
            (case.lender, f"/lender/cases/{case.pk}/"),
            (case.firm, f"/firm/cases/{case.pk}/"),
        ):
            for member in Membership.objects.filter(organisation=organisation, active=True)[:1]:
                client = Client(HTTP_HOST="localhost")
                client.cookies["zhirong_language"] = lang
                client.force_login(member.account, backend="allauth.account.auth_backends.AuthenticationBackend")
                session = client.session
                session["acting_for"] = f"member/{member.pk}"
                session.save()
                answer = client.get(address)
                assert answer.status_code == 200 and case.number in answer.content.decode(), (
                    address,
                    answer.status_code,
                )


def test_work_goes_on(stored: tuple[Path, Any]) -> None:
    """Last: it writes. The worker brings every loan up to the next day, and its start notes the rules in use."""
    from zhirong.operations import catalogue
    from zhirong.operations.actors import WORKER
    from zhirong.operations.declare import Call
    from zhirong.operations.platform.platform_check import check_register, platform_findings
    from zhirong.operations.platform.rulebook_history import history, note_rules
    from zhirong.operations.run import run_operation
    from zhirong.store.financing import Loan

    folder, _expected = stored
    catalogue.load()
    then = datetime(2026, 11, 26, 2, tzinfo=UTC)
    note_rules(then)
    assert history()[0].version
    before = Loan.objects.get(overdue_days__gt=0)
    run_operation("loan.reckon", Call(WORKER, then, "upgrade-reckon"), None, {})
    after = Loan.objects.get(pk=before.pk)
    assert after.overdue_days == before.overdue_days + 1 and after.overdue > before.overdue
    assert check_register(folder).findings == () and list(platform_findings()) == []


def test_its_accounts_are_sealed_once_and_watched_from_then_on(stored: tuple[Path, Any]) -> None:
    from zhirong.operations.platform.platform_check import platform_findings
    from zhirong.operations.platform.seals import begin_seals
    from zhirong.store.parties import AccountSeal

    folder, _expected = stored
    was_sealed = AccountSeal.objects.exists()  # by a version that sealed already
    assert begin_seals() is not was_sealed and not begin_seals()
    assert list(platform_findings()) == []
    register_databases.connections["default"].close()
    with sqlite3.connect(folder / "zhirong.sqlite3") as database:
        database.execute("update store_account set password = 'x' where id = 1")
    assert [one.place for one in platform_findings()] == ["account 1 password"]


def test_a_check_before_the_upgrade_says_what_to_do(tmp_path: Path) -> None:
    with tarfile.open(HERE / f"{STORED[0]}.tar.xz") as tar:
        tar.extractall(tmp_path, filter="data")
    command = [
        sys.executable,
        "-m",
        "zhirong.cli.main",
        "--lang",
        "en",
        "platform",
        "check",
        "--data",
        str(tmp_path),
    ]
    environment = {**os.environ, "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)  # of the tests themselves
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "older version" in done.stderr and "platform upgrade" in done.stderr, done


def test_every_stored_appraisal_reads_as_a_document_of_today(stored: tuple[Path, Any]) -> None:
    from zhirong.chain.appraisal.document import read_kept
    from zhirong.kernel.document import to_json
    from zhirong.store.financing import Appraisal

    results = [row.result for row in Appraisal.objects.filter(grade="online")]
    assert results
    for result in results:
        document = read_kept(result["appraisal"])
        assert to_json(document) == {"status": "valued", **result["appraisal"]}


def test_every_stored_quote_reads_as_a_document_of_today(stored: tuple[Path, Any]) -> None:
    from zhirong.chain.quote.kept import read_kept
    from zhirong.kernel.document import to_json
    from zhirong.store.financing import Case

    quotes = [case.quote for case in Case.objects.all() if case.quote]
    assert quotes
    for quote in quotes:
        document = read_kept(quote)
        assert document is not None
        assert document.modes[0].loan.amount == quote["modes"][0]["loan"]["amount"]
        assert read_kept(to_json(document)) == document
