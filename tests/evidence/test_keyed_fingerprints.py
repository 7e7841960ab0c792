"""SM3 and HMAC-SM3 as published; the same right or claim used twice is found, and nothing else."""

from datetime import date

import pytest

from zhirong.evidence import hashes
from zhirong.evidence.fingerprint import (
    FingerprintReport,
    claim_fingerprint,
    hmac_sm3,
    right_fingerprint,
    used_twice,
)
from zhirong.evidence.hashes import HashAlgorithm, digest_of
from zhirong.kernel.identifiers import NumberError, credit_code_check

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
NUMBER = "201410362077.3"
DEBTOR = "91610000MA6TXA1B2" + credit_code_check("91610000MA6TXA1B2")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        # GB/T 32905-2016, appendix A.1 and A.2
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
        (b"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
    ],
)
def test_sm3_is_the_published_one(message, expected):
    assert digest_of(HashAlgorithm.SM3)(message).hex() == expected
    assert hashes._sm3_of_cryptography(message).hex() == expected


def test_an_openssl_without_sm3_is_done_without(monkeypatch):
    def lacks(name, data=b""):
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashes.hashlib, "new", lacks)
    assert hashes._sm3() is hashes._sm3_of_cryptography


@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        # GM/T 0042-2015, appendix D.3
        (
            bytes(range(1, 33)),
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2,
            "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
        ),
        (bytes(range(1, 38)), b"\xcd" * 50, "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"),
        (b"\x0b" * 32, b"Hi There", "c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882",
        ),
    ],
)
def test_hmac_sm3_is_the_published_one(key, message, expected):
    assert hmac_sm3(key, message).hex() == expected


def test_the_same_right_has_one_fingerprint_however_its_number_is_written():
    ways = [
        "201410362077.3",
        "ZL201410362077.3",
        "ZL 2014 1 0362077.3",
        "2014103620773",
        "专利号：ZL201410362077.3",
    ]
    assert len({right_fingerprint(KEY, "2026-11", "invention", way) for way in ways}) == 1


def test_fingerprints_differ_by_key_period_subject_and_every_part():
    due = date(2027, 1, 31)
    prints = [
        right_fingerprint(KEY, "2026-11", "invention", NUMBER),
        right_fingerprint(OTHER_KEY, "2026-11", "invention", NUMBER),
        right_fingerprint(KEY, "2026-12", "invention", NUMBER),
        right_fingerprint(KEY, "2026-11", "trademark", "12345678"),
        claim_fingerprint(KEY, "2026-11", DEBTOR, document_number="HT-1", amount=100, due=due),
        claim_fingerprint(KEY, "2026-11", DEBTOR, document_number="HT-2", amount=100, due=due),
        claim_fingerprint(KEY, "2026-11", DEBTOR, document_number="HT-1", amount=101, due=due),
        claim_fingerprint(KEY, "2026-11", DEBTOR, document_number="HT-1", amount=100, due=date(2027, 2, 1)),
    ]
    assert len(set(prints)) == len(prints)
    assert (
        claim_fingerprint(KEY, "2026-11", DEBTOR.lower(), document_number=" ht-1 ", amount=100, due=due)
        == prints[4]
    )


def test_only_what_two_institutions_report_is_used_twice():
    one, two = (right_fingerprint(KEY, "2026-11", "trademark", number) for number in ("12345678", "12345679"))
    reports = [
        FingerprintReport("甲", one, "A1"),
        FingerprintReport("乙", one, "B7"),
        FingerprintReport("甲", two, "A2"),
        FingerprintReport("甲", two, "A3"),
    ]
    assert used_twice(reports) == {one: (reports[0], reports[1])}
    assert used_twice([]) == {}


def test_what_has_no_fingerprint_is_refused():
    with pytest.raises(ValueError, match="at least 32 bytes"):
        right_fingerprint(b"short", "2026-11", "invention", NUMBER)
    with pytest.raises(ValueError, match="without a number"):
        right_fingerprint(KEY, "2026-11", "copyright", "")
    with pytest.raises(NumberError):
        right_fingerprint(KEY, "2026-11", "invention", "201410362077.4")
    with pytest.raises(ValueError, match="contract or invoice"):
        claim_fingerprint(KEY, "2026-11", DEBTOR, document_number="  ", amount=100, due=date(2027, 1, 31))
