"""Keys that change, witnesses, a log cut short and put back, certificates that say what they prove, identities, reports."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from register_world import BANK, FIRM, World, patent, patent_number

from zhirong.evidence import canonical
from zhirong.evidence.identity import read_disclosure
from zhirong.evidence.keys import KeyType, SigningKey
from zhirong.evidence.receipts import read_checkpoint_file, read_receipt
from zhirong.evidence.timestamps import read_roots, timestamp_request, token_of_response
from zhirong.evidence.verify import EvidenceOutcome, EvidenceVerdict, Verification, verify_receipt
from zhirong.evidence.witness import countersign
from zhirong.kernel.errors import InputError
from zhirong.operations.outbox import inbox
from zhirong.operations.pledge import identities, orders, pledges, uses
from zhirong.operations.pledge.certificates import (
    check_code,
    disclose_event,
    registration_certificate,
    search_certificate,
)
from zhirong.operations.pledge.continuity import continue_log, export_events, restore_entry
from zhirong.operations.pledge.keys import keep_countersignature, report_lost_key, rotate_key
from zhirong.operations.pledge.search import Query
from zhirong.operations.pledge.watch import record_watch
from zhirong.operations.refusals import ForbiddenError
from zhirong.store import keys, log, models

KEY = f"invention:{patent_number(1)}"


@pytest.fixture
def world(sqlite_world: World) -> Iterator[World]:
    yield sqlite_world
    assert sqlite_world.findings() == ()


def codes(error: pytest.ExceptionInfo[InputError]) -> set[str]:
    return {problem.code for problem in error.value.problems}


def receipt_of(world: World, index: int) -> bytes:
    event = models.Event.objects.get(index=index)
    return log.receipt(event, log.signing_key(world.folder), world.now).as_bytes()


def verified(data: bytes, trusted: Any, disclosure: bytes = b"", roots: Any = ()) -> Verification:
    shown = [("shown", read_disclosure(disclosure))] if disclosure else []
    return verify_receipt(read_receipt(data), keys=trusted, disclosures=shown, roots=roots)


# -- keys -----------------------------------------------------------------------------------------------------


def test_a_key_hands_over_and_old_and_new_receipts_hold(world: World) -> None:
    world.entered(patent(1))
    before, old = receipt_of(world, 2), log.public_keys(world.folder)
    rotate_key(world.by(), world.folder)
    after, new = receipt_of(world, 2), log.public_keys(world.folder)
    assert new[0].until == 3 and new[1].until is None and new[0].material == old[0].material
    for data, trusted in ((before, old), (before, new), (after, old), (after, new), (after, new[1:])):
        assert verified(data, trusted).verdict is EvidenceVerdict.HOLDS
    assert verified(before, new[1:]).verdict is EvidenceVerdict.FAILS, (
        "whoever knows the new key only asks for a new receipt"
    )
    rotate_key(world.by(), world.folder)
    assert verified(receipt_of(world, 0), old).verdict is EvidenceVerdict.HOLDS, "one after the other"
    assert not (world.folder / keys.NEXT_FILE).exists()
    assert (world.folder / keys.KEY_FILE).stat().st_mode & 0o077 == 0


def test_the_old_key_signs_no_more(world: World) -> None:
    world.entered(patent(1))
    stolen = log.signing_key(world.folder)
    rotate_key(world.by(), world.folder)
    with pytest.raises(InputError) as error:
        log.checkpoint(stolen, world.now)
    assert codes(error) == {"key_retired"}


@pytest.mark.parametrize("cut", ["before the statement", "after the statement"])
def test_a_change_of_keys_that_a_crash_cuts_in_two_is_finished(
    world: World, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.entered(patent(1))
    old = log.public_keys(world.folder)

    def crash(*_: Any) -> None:
        raise OSError("the machine stopped")

    with monkeypatch.context() as patched:
        patched.setattr("zhirong.operations.pledge.keys.keys.take_over", crash)
        if cut == "before the statement":
            patched.setattr("zhirong.operations.pledge.keys.run_call", crash)
        with pytest.raises(OSError):
            rotate_key(world.by(), world.folder)
    if cut == "after the statement":
        assert {finding.code for finding in world.findings()} == {"key_pending"}
        with pytest.raises(InputError):
            receipt_of(world, 0)
    rotate_key(world.by(), world.folder)
    assert models.Event.objects.filter(kind="log.key").count() == 1
    assert verified(receipt_of(world, 0), old).verdict is EvidenceVerdict.HOLDS


def test_a_lost_key_is_replaced_and_trusted_only_when_it_is_published(world: World) -> None:
    world.entered(patent(1))
    before, old = receipt_of(world, 2), log.public_keys(world.folder)
    (world.folder / keys.KEY_FILE).unlink()
    report_lost_key(world.by(), world.folder)
    new = log.public_keys(world.folder)
    after = receipt_of(world, 2)
    assert verified(before, old).verdict is verified(before, new).verdict is EvidenceVerdict.HOLDS
    assert verified(after, new).verdict is verified(after, new[1:]).verdict is EvidenceVerdict.HOLDS
    assert verified(after, old).verdict is EvidenceVerdict.FAILS
    world.entered(patent(2))


def test_a_key_slipped_among_the_published_ones_is_found(sqlite_world: World) -> None:
    world = sqlite_world
    rotate_key(world.by(), world.folder)
    stranger = SigningKey("register.test", KeyType.LOG_ED25519, b"\1" * 32).public()
    with (world.folder / keys.PUBLIC_FILE).open("a") as file:
        file.write(stranger.as_text() + "\n")
    assert "keys_differ" in {finding.code for finding in world.findings()}


# -- a log cut short, rewritten, put back ---------------------------------------------------------------------


def cut_to(world: World, size: int) -> None:
    """As if yesterday's database had been put back."""
    from zhirong.evidence.hashes import HashAlgorithm
    from zhirong.evidence.tree import MerkleTree

    models.Outgoing.objects.all().delete()
    for model in (models.Part, models.Charge, models.Right, models.Registration, models.Party, models.Checkpoint):
        model.objects.all().delete()
    for model in (models.Subscription, models.Name, models.Token, models.TokenCount, models.Tile):
        model.objects.all().delete()
    models.RightIdentity.objects.all().delete()
    events = list(models.Event.objects.order_by("index"))
    models.Event.objects.all().delete()
    head = models.LogHead.objects.get()
    head.size, head.peaks, head.last_filing, head.last_number = 0, "", 0, 0
    tree = MerkleTree(HashAlgorithm.SM3)
    assert tree.size == 0
    for event in events[:size]:
        from zhirong.evidence.entries import entry_of_bytes
        from zhirong.operations.pledge import continuity

        continuity._take(
            head,
            entry_of_bytes(event.entry.encode()),
            canonical.decode(event.content.encode()),
            bytes.fromhex(event.salt),
        )
    head.save()


def test_a_log_cut_short_signs_nothing_until_it_is_put_back(world: World) -> None:
    world.entered(patent(1), patent(2))
    orders.court_order_on_right(world.by("court"), f"invention:{patent_number(3)}", "1号", "freeze")
    orders.subscribe(world.by("court"), "right", KEY)
    identities.record_identity(world.by(), patent(1))
    pledges.partially_discharge(world.by(), 1, [KEY])
    registrar = world.by().actor
    kept = [(receipt_of(world, at), disclose_event(registrar, at).as_bytes()) for at in range(7)]
    root = log.checkpoint(log.signing_key(world.folder), world.now).checkpoint.root
    cut_to(world, 2)
    assert {finding.code for finding in world.findings()} == {"log_cut_short"}
    with pytest.raises(InputError) as error:
        receipt_of(world, 0)
    assert codes(error) == {"log_cut_short"}
    with pytest.raises(InputError) as error:
        restore_entry(world.by(), *kept[3], world.folder)
    assert codes(error) == {"not_next"}
    with pytest.raises(InputError) as error:
        restore_entry(world.by(), kept[2][0], kept[3][1], world.folder)
    assert codes(error) == {"receipt"}, "the content must be what the entry committed to"
    for data, disclosure in kept[2:]:
        restore_entry(world.by(), data, disclosure, world.folder)
    signed = log.checkpoint(log.signing_key(world.folder), world.now).checkpoint
    assert (signed.size, signed.root) == (7, root), "byte for byte"
    assert list(models.Charge.objects.filter(active=True).values_list("right__number", flat=True)) == [
        patent_number(2)
    ]


def test_nothing_is_written_where_a_lost_entry_must_be_put_back(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    monkeypatch.setattr("zhirong.store.settings.DATA", world.folder)
    world.entered(patent(1))
    kept = (receipt_of(world, 2), disclose_event(world.by().actor, 2).as_bytes())
    cut_to(world, 2)
    with pytest.raises(InputError) as error:
        orders.subscribe(world.by("court"), "right", KEY)
    assert codes(error) == {"log_cut_short"}
    restore_entry(world.by(), *kept, world.folder)
    orders.subscribe(world.by("court"), "right", KEY)
    world.demand_whole()


def test_a_log_that_goes_on_otherwise_signs_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    world.entered(patent(1))
    receipt_of(world, 2)
    cut_to(world, 2)
    pledges.file_pledge(world.by(), {**_request(patent(5))})
    pledges.file_pledge(world.by(), {**_request(patent(6))})
    with pytest.raises(InputError) as error:
        receipt_of(world, 0)
    assert codes(error) == {"log_rewritten"}
    assert "log_rewritten" in {finding.code for finding in world.findings()}


def test_a_log_is_continued_under_another_name_and_says_so(sqlite_world: World) -> None:
    from register_databases import fresh

    world = sqlite_world
    world.entered(patent(1), patent(2))
    rotate_key(world.by(), world.folder)
    identities.record_identity(world.by(), patent(1))
    uses.report_uses(world.by("lender", BANK["name"]), "2026-11", [{"fingerprint": "ab" * 32, "reference": "甲"}])
    pledges.partially_discharge(world.by(), 1, [KEY])
    last = log.checkpoint(log.signing_key(world.folder), world.now)
    events = list(export_events())
    with fresh("sqlite") as (folder, url):
        other = World(folder, url, "u")
        head = models.LogHead.objects.get()
        assert continue_log(head, other.by(), last, "数据库损毁", events) == len(events)
        assert other.findings() == ()
        first = canonical.decode(models.Event.objects.get(index=0).entry.encode())
        assert first["kind"] == "log.continues" and first["body"]["checkpoint"] == last.as_text()
        second = canonical.decode(models.Event.objects.get(index=1).entry.encode())
        assert second["body"]["was"]["index"] == 0 and second["body"]["was"]["log"] == "register.test"
        assert other.entered(patent(1)).number == 2, "it goes on where the old one stopped"
    with fresh("sqlite") as (folder, url), pytest.raises(InputError) as error:
        broken = [*events[:2], {**events[2], "content": {**events[2]["content"], "number": 7}}]
        continue_log(models.LogHead.objects.get(), World(folder, url).by(), last, "数据库损毁", broken)
    assert codes(error) == {"not_the_event"}


def _request(*rights: Any) -> dict[str, Any]:
    from register_world import request

    return request(*rights)


# -- witnesses and time stamps --------------------------------------------------------------------------------


def test_a_witness_countersigns_what_follows_and_nothing_else(world: World) -> None:
    key, witness = log.signing_key(world.folder), SigningKey("witness.test", KeyType.WITNESS_ED25519, b"\2" * 32)
    published = log.public_keys(world.folder)
    world.entered(patent(1))
    first = read_checkpoint_file(log.checkpoint_file(key, world.now).as_bytes())
    seen = countersign(first, None, published, witness, 1_790_000_000)
    world.entered(patent(2))
    unproved = read_checkpoint_file(log.checkpoint_file(key, world.now).as_bytes())
    proved = read_checkpoint_file(log.checkpoint_file(key, world.now, [3]).as_bytes())
    with pytest.raises(InputError) as error:
        countersign(unproved, seen, published, witness, 1)
    assert codes(error) == {"consistency_unproved"}
    with pytest.raises(InputError) as error:
        countersign(proved, seen, [witness.public()], witness, 1)
    assert codes(error) == {"log_signature"}
    with pytest.raises(InputError) as error:
        countersign(first, countersign(proved, seen, published, witness, 2), published, witness, 3)
    assert codes(error) == {"log_cut_short"}
    signed = countersign(proved, seen, published, witness, 1_790_000_100)
    back = read_checkpoint_file(signed.as_text().encode())
    actor = world.by().actor
    assert keep_countersignature(actor, world.folder, back, witness.public()) == 6
    assert keep_countersignature(actor, world.folder, back, witness.public()) == 6
    found = verified(receipt_of(world, 5), log.public_keys(world.folder))
    assert [check.code for check in found.checks if check.code == "witness"] == ["witness"]
    with pytest.raises(InputError):
        keep_countersignature(actor, world.folder, read_checkpoint_file(signed.as_text().encode()), published[0])


def authority(folder: Path) -> Any:
    """A time-stamping authority of its own, made with openssl; answers requests."""
    config = folder / "tsa.cnf"
    config.write_text(
        "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=tsa.test\n[ca]\nbasicConstraints=critical,CA:TRUE\n"
        "keyUsage=critical,keyCertSign\n[tsa]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
        "[tsa_config]\ndefault_tsa=one\n[one]\ndir=.\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\n"
        "signer_key=tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4\nother_policies=1.2.3.4\n"
        "digests=sha256\naccuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
    )
    (folder / "serial").write_text("01\n")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, env=dict(os.environ))

    for name, extension, signer in (("root", "ca", ()), ("tsa", "tsa", ("-CA", "root.pem", "-CAkey", "root.key"))):
        openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days",
            "30", "-config", "tsa.cnf", "-extensions", extension, "-subj", f"/CN={name}.test", *signer,
        )  # fmt: skip

    def answer(request: bytes) -> bytes:
        (folder / "q.tsq").write_bytes(request)
        openssl(
            "ts", "-reply", "-config", "tsa.cnf", "-section", "one", "-queryfile", "q.tsq", "-out", "a.tsr",
        )  # fmt: skip
        return (folder / "a.tsr").read_bytes()

    return answer, read_roots((folder / "root.pem").read_bytes())


def test_a_time_stamp_is_got_kept_and_checked(world: World, tmp_path: Path) -> None:
    pytest.importorskip("rfc3161_client")
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which plays the time-stamping authority, is not installed: apt-get install openssl")
    answer, roots = authority(tmp_path)
    world.entered(patent(1))
    signed = log.checkpoint(log.signing_key(world.folder), world.now)
    token = token_of_response(answer(timestamp_request(signed)), signed, roots)
    log.keep_timestamp(world.folder, signed.checkpoint.size, token)
    data, trusted = receipt_of(world, 1), log.public_keys(world.folder)

    def stamped(data: bytes, roots: Any) -> list[EvidenceOutcome]:
        return [one.outcome for one in verified(data, trusted, roots=roots).checks if one.code == "timestamp"]

    assert stamped(data, roots) == [EvidenceOutcome.GOOD]
    assert stamped(data, ()) == [EvidenceOutcome.NOT_CHECKED]
    (tmp_path / "other").mkdir()
    other, strangers = authority(tmp_path / "other")
    assert stamped(data, strangers) == [EvidenceOutcome.BAD]
    world.entered(patent(2))
    later = log.checkpoint(log.signing_key(world.folder), world.now)
    with pytest.raises(InputError):
        token_of_response(answer(timestamp_request(signed)), later, roots)
    log.keep_timestamp(world.folder, later.checkpoint.size, token)
    assert stamped(receipt_of(world, 5), roots) == [EvidenceOutcome.BAD], "a token of another checkpoint"


# -- certificates ---------------------------------------------------------------------------------------------


def words_of(pdf: bytes) -> str:
    import io

    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_certificate_is_numbered_and_proves_what_it_says(world: World) -> None:
    world.entered(patent(1))
    key, trusted = log.signing_key(world.folder), log.public_keys(world.folder)
    by = world.by("lender", BANK["name"])
    made = registration_certificate(by, 1, key)
    words = words_of(made.pdf)
    assert "2,000,000.00" in words and made.code in words and FIRM["name"] in words and "3" in words
    assert registration_certificate(by, 1, key).number == made.number, "a repeat is the same paper"
    assert verified(made.receipt, trusted, made.disclosure).verdict is EvidenceVerdict.HOLDS
    shown = read_disclosure(made.disclosure).claims[0].value["certificate"]
    assert shown["claim_amount_fen"] == 200_000_000
    forged = made.disclosure.replace(b"200000000", b"900000000")
    assert verified(made.receipt, trusted, forged).verdict is EvidenceVerdict.FAILS
    pledges.discharge(world.by(), 1, "清偿")
    told = check_code(world.by("public").actor, made.code)
    assert (told["then"]["status"], told["now"]["status"]) == ("entered", "discharged")
    assert "claim_amount_fen" not in told["then"], "the public sees what the public sees"
    assert check_code(world.by("public").actor, told["full_code"])["number"] == made.number
    with pytest.raises(InputError) as error:
        check_code(world.by("public").actor, "3-000000000000")
    assert codes(error) == {"no_such_code"}
    with pytest.raises(ForbiddenError):
        registration_certificate(world.by("lender", "另一银行"), 1, key)


def test_only_a_registration_in_force_is_certified_as_registered(world: World) -> None:
    from register_world import request

    key, by = log.signing_key(world.folder), world.by("lender", BANK["name"])
    filed = pledges.file_pledge(world.by(), request(patent(1))).registration.id
    words = words_of(registration_certificate(by, filed, key).pdf)
    assert "登记申请回执" in words and "登记证明" not in words and "质权未设立" in words
    pledges.examine(world.by(), filed)
    pledges.register(world.by(), filed)
    words = words_of(registration_certificate(world.by("lender", BANK["name"]), filed, key).pdf)
    assert "知识产权质押登记证明" in words and "登记时设立" in words
    pledges.discharge(world.by(), filed, "清偿")
    words = words_of(registration_certificate(world.by("lender", BANK["name"]), filed, key).pdf)
    assert "登记终止证明" in words and "登记时设立" not in words


def test_a_certificate_of_search_proves_what_was_found_and_that_nothing_was(world: World) -> None:
    world.entered(patent(1))
    key, trusted = log.signing_key(world.folder), log.public_keys(world.folder)
    for query, count in ((Query(number=patent_number(1)), 1), (Query(name="没有这家公司"), 0)):
        made = search_certificate(world.by("public"), query, key)
        assert verified(made.receipt, trusted, made.disclosure).verdict is EvidenceVerdict.HOLDS
        value = read_disclosure(made.disclosure).claims[0].value
        assert len(value["found"]) == count and value["asked"]["limit"] == 50
        assert made.code in words_of(made.pdf)
        none = made.disclosure.replace(b'"found":[', b'"found":[7,', 1)
        with pytest.raises(InputError):
            assert verified(made.receipt, trusted, none[:-3] + none[-2:])
    assert check_code(world.by("public").actor, made.code)["entry"]["kind"] == "certificate.search"


def test_who_may_not_see_it_gets_no_content(world: World) -> None:
    world.entered(patent(1))
    for actor in (
        world.by("court").actor,
        world.by("lender", BANK["name"]).actor,
        world.by("firm", FIRM["name"]).actor,
    ):
        assert disclose_event(actor, 0).claims[0].value["claim_amount"] == 200_000_000
    for role, party in (("public", ""), ("lender", "另一银行"), ("firm", "局外人公司"), ("authority", "")):
        with pytest.raises(ForbiddenError):
            disclose_event(world.by(role, party).actor, 0)
    made = search_certificate(world.by("public"), Query(number="1"), log.signing_key(world.folder))
    with pytest.raises(ForbiddenError):
        disclose_event(world.by("firm", "局外人公司").actor, made.number)


# -- identities -----------------------------------------------------------------------------------------------

APPRAISAL = {"day": "2025-05-01", "value": "300万元", "by": "某资产评估有限公司"}


def test_a_rights_identity_grows_in_the_log_and_shows_only_what_its_holder_shows(world: World) -> None:
    right = patent(1, provenance="专利登记簿副本2025-05-20")
    identities.record_identity(world.by("authority"), right, [APPRAISAL])
    with pytest.raises(InputError) as error:
        identities.record_identity(world.by(), right, [APPRAISAL])
    assert codes(error) == {"nothing"}
    world.entered(patent(1))
    assert identities.stale_identities() == [KEY]
    assert identities.refresh_identity(world.by(), KEY) is not None
    assert identities.refresh_identity(world.by(), KEY) is None
    first, second = identities.identity_history(world.by("public").actor, patent_number(1))
    assert second.identity.previous == first.identity.fingerprint() and second.identity.version == 2
    assert set(second.identity.commitments) - set(first.identity.commitments) == {"pledge.1"}
    public = str([one.as_json() for one in (first, second)])
    assert FIRM["name"] not in public and "300000000" not in public and "一种" not in public
    holder = world.by("firm", FIRM["name"]).actor
    shown = identities.disclose_identity(holder, KEY, ["appraisal.1"]).as_bytes()
    trusted = log.public_keys(world.folder)
    assert verified(receipt_of(world, second.index), trusted, shown).verdict is EvidenceVerdict.HOLDS
    assert verified(receipt_of(world, first.index), trusted, shown).verdict is EvidenceVerdict.FAILS
    for value in (b"300000000", b"2025-05-01"):
        forged = shown.replace(value, b"300000001" if value.isdigit() else b"2025-05-02")
        assert forged != shown
        assert verified(receipt_of(world, second.index), trusted, forged).verdict is EvidenceVerdict.FAILS
    made = identities.identity_certificate(
        world.by("firm", FIRM["name"]), KEY, log.signing_key(world.folder), ["title"]
    )
    words = words_of(made.pdf)
    assert "一种张力控制装置" in words and made.code in words and second.identity.code in words.replace("\n", "")
    assert "某资产评估" not in words
    for stranger in (world.by("firm", "局外人公司").actor, world.by("public").actor):
        with pytest.raises(ForbiddenError):
            identities.disclose_identity(stranger, KEY, ["title"])
    with pytest.raises(InputError) as error:
        identities.disclose_identity(holder, KEY, ["secret"])
    assert codes(error) == {"no_claim"}


def test_a_right_without_a_number_has_an_identity_that_nobody_can_guess(world: World) -> None:
    right = {
        "id": "t", "kind": "trade_secret", "title": "一种配方", "holders": [dict(FIRM)], "creation_date": "2020-05-01",
    }  # fmt: skip
    identities.record_identity(world.by(), right)
    key = models.RightIdentity.objects.get().right_key
    assert key.partition("#")[2] not in models.Event.objects.get().entry
    assert identities.identity_history(world.by("public").actor, models.RightIdentity.objects.get().code)


@pytest.mark.parametrize("column", ["code", "version", "right_key"])
def test_a_changed_identity_row_is_found(sqlite_world: World, column: str) -> None:
    world = sqlite_world
    identities.record_identity(world.by(), patent(1))
    models.RightIdentity.objects.update(**{column: 7})
    assert {"identity_row"} == {finding.code for finding in world.findings()}


# -- used twice -----------------------------------------------------------------------------------------------


def test_the_same_right_at_two_institutions_is_found_and_nothing_else_is_learned(world: World) -> None:
    from zhirong.evidence.fingerprint import claim_fingerprint, right_fingerprint

    key, period = bytes(range(32)), "2026-11"
    code = "91610000MA6TXA1B2"
    from zhirong.kernel.identifiers import credit_code_check

    code += credit_code_check(code)
    mine = [
        {"fingerprint": right_fingerprint(key, period, "invention", patent_number(n)), "reference": f"甲{n}"}
        for n in (1, 2)
    ]
    claim = claim_fingerprint(key, period, code, document_number="ht-1 ", amount=100, due=date(2027, 1, 31))
    theirs = [
        {"fingerprint": right_fingerprint(key, period, "invention", "ZL" + patent_number(2)), "reference": "乙2"},
        {"fingerprint": claim, "reference": "乙债"},
    ]
    first, second = world.by("lender", "甲银行"), world.by("lender", "乙银行")
    assert uses.report_uses(first, period, mine)[1] == ()
    done, found = uses.report_uses(second, period, theirs)
    assert [(one.reference, one.institutions, one.names) for one in found] == [("乙2", 1, ())]
    assert uses.report_uses(second, period, theirs)[0].index == done.index
    assert [one.reference for one in uses.matches(first.actor, period)] == ["甲2"]
    assert (
        [one["kind"] for one in inbox(first.actor)] == ["use.twice"] == [one["kind"] for one in inbox(second.actor)]
    )
    assert uses.matches(world.by("lender", "丙银行").actor, period) == ()
    assert {one.names for one in uses.matches(world.by().actor, period)} == {("party:甲银行",), ("party:乙银行",)}
    assert uses.matches(first.actor, "2026-12") == ()
    entries = "".join(models.Event.objects.values_list("entry", flat=True))
    assert not any(one["fingerprint"] in entries for one in (*mine, *theirs)), "who has the key could try numbers"
    third = world.by("lender", "丙银行")
    assert len(uses.report_uses(third, period, [{"fingerprint": claim}])[1]) == 1
    with pytest.raises(InputError) as error:
        uses.report_uses(
            world.by("lender", "丁"), "2026 11", [{"fingerprint": "x"}, {"fingerprint": claim, "name": "甲"}]
        )
    assert codes(error) == {"period", "fingerprint", "unknown_field"}
    models.Report.objects.filter(institution="party:丙银行").update(reference="x")
    assert {finding.code for finding in world.findings()} == {"report"}
    models.Report.objects.filter(institution="party:丙银行").update(reference="")


# -- the daily watch ------------------------------------------------------------------------------------------


def test_what_comes_up_is_recorded_once_and_the_pledgee_is_told(world: World) -> None:
    world.entered(patent(1))
    lender = world.by("lender", BANK["name"]).actor
    last = inbox(lender)[-1]["index"]
    assert record_watch(world.by()).changed == ()
    pledges.update_facts(world.by(), 1, [patent(1, flags=["invalidation_pending"])])
    by = world.by()
    run = record_watch(by)
    assert run.changed == (1,) and {one.code for one in run.alarms[1]} == {"ground_11_refused"}
    assert record_watch(world.by()).changed == (), "the same alarm is not told every day"
    orders.court_order_on_right(world.by("court"), KEY, "1号", "freeze")
    assert record_watch(world.by()).changed == (1,)
    pledges.update_facts(world.by(), 1, [patent(1)])
    orders.court_order_on_right(world.by("court"), KEY, "2号", "unfreeze")
    assert record_watch(world.by()).alarms == {}
    kinds = [(one["kind"], one["body"].get("alarms")) for one in inbox(lender, last)]
    assert [one for one in kinds if one[0] == "watch.changed"] == [("watch.changed", n) for n in (1, 2, 0)]


def test_a_checkpoint_is_never_older_than_what_it_covers(world: World) -> None:
    world.entered(patent(1))
    early = log.checkpoint(log.signing_key(world.folder), world.now - timedelta(days=1))
    assert verified(receipt_of(world, 2), log.public_keys(world.folder)).verdict is EvidenceVerdict.HOLDS
    assert early.checkpoint.time >= "2025-06-02T02:00:02Z"
