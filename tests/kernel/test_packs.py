"""Policy packs: laid over the rules of the package by day and region; everything wrong with them said at once."""

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhirong.kernel import packs
from zhirong.kernel.errors import InputError
from zhirong.kernel.packs import overlaid, read_pack
from zhirong.kernel.rulebook import Rulebook, read_rules
from zhirong.kernel.rulebook_files import load_rulebook

MANIFEST = """
id = "bank"
title = { zh = "银行政策", en = "bank policy" }
version = "2026.1"
valid_from = 2026-06-01
[issuer]
kind = "lender"
name = { zh = "秦川银行", en = "Qinchuan Bank" }
"""
BASE = """
[[rule]]
id = "test.cap"
title = { zh = "上限", en = "cap" }
unit = "rate"
[[rule.version]]
value = 0.25
valid_to = 2025-12-31
issuer = "某局"
confidence = "secondary"
[[rule.version]]
value = 0.30
valid_from = 2026-01-01
confidence = "assumed"
[[rule.version]]
value = 0.40
region = "440100"
confidence = "assumed"
[[rule]]
id = "test.months"
title = { zh = "月数", en = "months" }
unit = "months"
[[rule.version]]
value = 36
confidence = "assumed"
[[rule]]
id = "test.table"
title = { zh = "表", en = "table" }
unit = "table"
[[rule.version]]
confidence = "assumed"
[rule.version.value]
rows = [{ from = 70, rate = 0.5 }, { from = 0, rate = 0.1, note = "x" }]
most = 3
"""
CAP = """
[[rule]]
id = "test.cap"
title = { zh = "本行上限", en = "our cap" }
unit = "rate"
[[rule.version]]
value = 0.20
document = "秦川银行信贷政策 2026"
confidence = "verified"
"""


def base() -> Rulebook:
    return Rulebook(read_rules(BASE, "base.toml"))


@pytest.fixture
def pack(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Writes a pack; gives its folder."""

    def write(files: dict[str, str] | None = None, manifest: str = MANIFEST, name: str = "bank") -> Path:
        folder = tmp_path / name
        for file, text in {"pack.toml": manifest, **({"cap.toml": CAP} if files is None else files)}.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
        return folder

    return write


def codes(caught: "pytest.ExceptionInfo[InputError]") -> list[str]:
    for problem in caught.value.problems:
        assert problem.reason.zh and problem.reason.en and problem.hint.zh and problem.hint.en and problem.field
    return [problem.code for problem in caught.value.problems]


def test_the_pack_decides_from_its_day_on_and_nothing_before(pack) -> None:  # type: ignore[no-untyped-def]
    book = overlaid(base(), [pack()])
    before, after = book.at("test.cap", date(2026, 5, 31)), book.at("test.cap", date(2026, 6, 1))
    assert (before.value, before.reference.pack, before.reference.confidence) == (Decimal("0.30"), "", "assumed")
    assert (after.value, after.reference.pack, after.title.en) == (Decimal("0.20"), "bank 2026.1", "our cap")
    assert "[政策包 bank 2026.1]" in after.reference.as_text() and "[policy pack bank" in after.reference.as_text(
        "en"
    )
    assert after.reference.as_json()["pack"] == "bank 2026.1" and "pack" not in before.reference.as_json()
    assert book.at("test.cap", date(2026, 6, 1), "440106").value == Decimal("0.20"), (
        "a city's version is replaced too"
    )
    assert book.at("test.cap", date(2026, 5, 31), "440106").value == Decimal("0.40")
    assert book.at("test.months", date(2026, 6, 1)).reference.doubtful, "what the pack leaves stays assumed"
    assert [one.mark for one in book.packs] == ["bank 2026.1"]


def test_a_limited_version_gives_way_again(pack) -> None:  # type: ignore[no-untyped-def]
    book = overlaid(
        base(), [pack({"cap.toml": CAP.replace("value = 0.20", "value = 0.20\nvalid_to = 2026-12-31")})]
    )
    assert book.at("test.cap", date(2026, 12, 31)).value == Decimal("0.20")
    assert book.at("test.cap", date(2027, 1, 1)).value == Decimal("0.30")


def test_a_pack_of_a_region_leaves_the_others_alone(pack) -> None:  # type: ignore[no-untyped-def]
    scoped = MANIFEST.replace('kind = "lender"', 'kind = "region"') + '[scope]\nregion = "440000"\n'
    book = overlaid(base(), [pack(manifest=scoped)])
    day = date(2026, 7, 1)
    assert book.at("test.cap", day, "440106").value == book.at("test.cap", day, "440300").value == Decimal("0.20")
    assert book.at("test.cap", day, "610100").value == book.at("test.cap", day).value == Decimal("0.30")


def test_the_later_pack_wins_and_new_rules_are_added(pack) -> None:  # type: ignore[no-untyped-def]
    second = pack(
        {"cap.toml": CAP.replace("0.20", "0.15"), "deep/new.toml": CAP.replace("test.cap", "test.new")},
        MANIFEST.replace('"bank"', '"branch"'),
        "branch",
    )
    first, day = pack(), date(2026, 7, 1)
    assert overlaid(base(), [first, second]).at("test.cap", day).value == Decimal("0.15")
    turned = overlaid(base(), [second, first])
    assert turned.at("test.cap", day).value == Decimal("0.20") and "test.new" in turned
    assert overlaid(base(), [first, second]).version() != turned.version()


def test_the_version_covers_all_that_a_pack_holds(pack) -> None:  # type: ignore[no-untyped-def]
    plain, folder = base().version(), pack()
    first = overlaid(base(), [folder])
    assert first.version() != plain and overlaid(base(), []).version() == plain
    (folder / "modes").mkdir()
    (folder / "modes" / "a.toml").write_text("", encoding="utf-8")
    second = overlaid(base(), [folder])
    assert second.version() != first.version() and second.packs[0].digest != first.packs[0].digest
    listed = second.packs_as_json()[0]
    assert listed["digest"] == second.packs[0].digest and str(folder) not in str(listed)
    assert second.merged_with([]).packs == second.packs


def test_named_by_the_environment(pack, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    cap = CAP.replace("test.cap", "limit.loss_budget")
    one, two = (
        pack({"a.toml": cap}),
        pack({"a.toml": cap.replace("0.20", "0.10")}, MANIFEST.replace('"bank"', '"b2"'), "b"),
    )
    monkeypatch.setenv("ZHIRONG_RULES", f"{one}{os.pathsep}{two}")
    day = date(2026, 7, 1)
    assert load_rulebook().at("limit.loss_budget", day).value == Decimal("0.10")
    assert load_rulebook(packs=[one]).at("limit.loss_budget", day).value == Decimal("0.20")
    assert load_rulebook(packs=()).packs == ()


def test_everything_wrong_is_said_at_once(pack) -> None:  # type: ignore[no-untyped-def]
    bad = pack(
        {
            "a.toml": CAP.replace('confidence = "verified"', 'confidence = "sure"'),
            "b.toml": "value = [",
            "c.toml": CAP.replace('"rate"', '"yuan"'),
            "d/e.toml": CAP.replace("test.cap", "test.new").replace(
                "value = 0.20", "value = 1\nvalid_from = 2026-01-01"
            ),
        },
        MANIFEST.replace('kind = "lender"', 'kind = "bank"').replace("valid_from = 2026-06-01", ""),
    )
    with pytest.raises(InputError) as caught:
        overlaid(base(), [bad, bad.parent / "nowhere"])
    assert sorted(codes(caught)) == ["missing", "not_a_choice", "not_a_choice", "toml", "unreadable"]
    text = caught.value.as_text("zh")
    assert "bank/a.toml: rule[1].version[1].confidence" in text and "bank/pack.toml: issuer.kind" in text
    whole = pack({"c.toml": CAP.replace('"rate"', '"yuan"'), "d.toml": CAP.replace("0.20", "1e99")}, name="whole")
    with pytest.raises(InputError) as caught:
        overlaid(base(), [whole])
    assert sorted(codes(caught)) == ["not_finite", "other_unit", "rule_twice"]


@pytest.mark.parametrize(
    ("rule", "value", "code"),
    [
        ("test.cap", '"a fifth"', "wrong_type"),
        ("test.cap", "[0.2]", "wrong_type"),
        ("test.cap", "true", "wrong_type"),
        ("test.cap", "nan", "not_finite"),
        ("test.months", "12.5", "wrong_type"),
        ("test.table", "{ rows = [{ from = 1, rate = 0.2 }] }", "missing"),
        ("test.table", "{ rows = [{ from = 1 }], most = 3 }", "missing"),
        ("test.table", '{ rows = [{ from = 1, rate = "x" }], most = 3 }', "wrong_type"),
        ("test.table", "{ rows = [], most = 3 }", None),
        ("test.table", "{ rows = [{ from = 1, rate = 0.2, more = 1 }], most = 3 }", None),
        ("test.new", '{ anything = ["goes"] }', None),
    ],
)
def test_a_value_must_have_the_form_of_what_it_replaces(pack, rule, value, code) -> None:  # type: ignore[no-untyped-def]
    unit = {"test.months": "months", "test.table": "table"}.get(rule, "rate")
    text = CAP.replace("test.cap", rule).replace("value = 0.20", f"value = {value}").replace('"rate"', f'"{unit}"')
    folder = pack({"a.toml": text})
    if code is None:
        assert rule in overlaid(base(), [folder])
        return
    with pytest.raises(InputError) as caught:
        overlaid(base(), [folder])
    assert codes(caught) == [code]


@pytest.mark.parametrize(
    ("manifest", "more", "code"),
    [
        ('id = "bank"', 'id = "bank policy"', "not_a_word"),
        ('id = "bank"', 'id = "../bank"', "not_a_word"),
        ('version = "2026.1"', 'version = ""', "missing"),
        ("valid_from = 2026-06-01", 'valid_from = "soon"', "not_a_day"),
        ("[issuer]", '[scope]\nregion = "Guangzhou"\n[issuer]', "not_a_region"),
        ("[issuer]", 'colour = "red"\n[issuer]', "unknown_field"),
    ],
)
def test_a_wrong_manifest(pack, manifest: str, more: str, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        read_pack(pack(manifest=MANIFEST.replace(manifest, more)))
    assert code in codes(caught)


def test_versions_within_the_packs_days_and_region(pack) -> None:  # type: ignore[no-untyped-def]
    scoped = MANIFEST + '[scope]\nregion = "440100"\n'
    for more, code in (
        ('region = "440300"', "outside_the_region"),
        ('region = "44"', "not_a_region"),
        ("valid_from = 2026-05-31", "before_the_pack"),
    ):
        with pytest.raises(InputError) as caught:
            read_pack(pack({"cap.toml": CAP.replace("value = 0.20", f"value = 0.20\n{more}")}, scoped))
        assert codes(caught) == [code]


def test_nothing_outside_the_folder_is_read(pack, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = pack()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.toml").write_text(CAP.replace("test.cap", "test.x"), encoding="utf-8")
    (folder / "link.toml").symlink_to(outside / "x.toml")
    (folder / "more").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    with pytest.raises(InputError) as caught:
        read_pack(folder)
    assert codes(caught) == ["link", "link", "link"]
    for name in ("link.toml", "more", "loop"):
        (folder / name).unlink()
    (folder / "inner.txt").write_text(CAP.replace("test.cap", "test.inner"), encoding="utf-8")
    (folder / "inner.toml").symlink_to("inner.txt")
    assert {rule.id for rule in read_pack(folder).rules} == {"test.cap", "test.inner"}


def test_limits_of_number_size_depth_and_kind(pack, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    def found(folder: Path) -> list[str]:
        with pytest.raises(InputError) as caught:
            read_pack(folder)
        return codes(caught)

    assert found(pack({"big.toml": "#" * (packs.MOST_FILE_BYTES + 1)}, name="big")) == ["too_large"]
    assert found(pack({f"{'d/' * 7}x.toml": CAP}, name="deep")) == ["too_deep"]
    assert found(pack({"nested.toml": "a = " + "[" * 100_000}, name="nested")) == ["too_deep"]
    odd = pack(name="odd")
    os.mkfifo(odd / "pipe.toml")
    (odd / "latin.toml").write_bytes(b"# caf\xe9")
    assert sorted(found(odd)) == ["not_a_file", "not_utf8"]
    monkeypatch.setattr(packs, "MOST_FILES", 3)
    assert found(pack({f"{n}.toml": CAP.replace("cap", f"c{n}") for n in range(9)}, name="many")) == [
        "too_many_files"
    ]
    with pytest.raises(InputError) as caught:
        overlaid(base(), [odd] * 21)
    assert codes(caught) == ["too_many_packs"]


def test_the_same_pack_twice(pack) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        overlaid(base(), [pack(), pack()])
    assert codes(caught) == ["pack_twice"]


days = st.integers(0, 40).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
regions = st.sampled_from(["CN", "440000", "440100", "440106", "610100"])
spans = st.lists(st.tuples(st.none() | days, st.none() | days, regions), max_size=4)


@given(spans, spans, days, regions)
def test_on_each_day_and_region_the_upper_decides_where_it_has_a_version(above, below, day, region) -> None:  # type: ignore[no-untyped-def]
    """Against the plain meaning: ask the upper book alone; where it has no answer, ask the lower alone."""

    def book(rows, value):  # type: ignore[no-untyped-def]
        text = 'id = "r"\ntitle = "r"\nunit = "count"\n'
        kept: list[tuple[date, date, str]] = []
        for first, last, place in rows:
            begins, ends = first or date.min, last or date.max
            if begins > ends or any(place == p and begins <= e and b <= ends for b, e, p in kept):
                continue
            kept.append((begins, ends, place))
            text += f'[[rule.version]]\nvalue = {value}\nconfidence = "assumed"\nregion = "{place}"\n'
            text += f"valid_from = {first}\n" if first else ""
            text += f"valid_to = {last}\n" if last else ""
        return read_rules("[[rule]]\n" + text, "t")[0] if kept else None

    upper, lower = book(above, 1), book(below, 2)
    if upper is None or lower is None:
        return
    together = Rulebook([packs._over(upper, lower)])
    found = together.find("r", day, region)
    expected = Rulebook([upper]).find("r", day, region) or Rulebook([lower]).find("r", day, region)
    assert (None if found is None else found.value) == (None if expected is None else expected.value)


def _limit_pack(tmp_path: Path, rule_id: str, value: object) -> Path:
    from zhirong.kernel.rulebook_files import load_rulebook as load

    rule = load(packs=()).rule(rule_id)
    pack = tmp_path / "pack"
    pack.mkdir(exist_ok=True)
    (pack / "pack.toml").write_text(MANIFEST, encoding="utf-8")
    written = f'"{value}"' if isinstance(value, str) else value
    (pack / "rule.toml").write_text(
        f'[[rule]]\nid = "{rule_id}"\ntitle = {{ zh = "甲", en = "one" }}\nunit = "{rule.unit}"\n'
        f'[[rule.version]]\nvalue = {written}\nvalid_from = 2026-06-01\nconfidence = "assumed"\n',
        encoding="utf-8",
    )
    return pack


@pytest.mark.parametrize(
    ("rule_id", "value"),
    [
        ("limit.payback_months", 0),
        ("limit.cover", 0),
        ("limit.step", 0),
        ("limit.price.step", 0),
        ("limit.debt_ratio_most", 1),
        ("limit.debt_ratio_most", 2),
        ("limit.price.tax", 1),
        ("limit.lgd_unsecured", -1),
        ("limit.kappa.B", "-0.5"),
        ("limit.kappa.B", 50),
        ("limit.turnover_share", 99),
        ("limit.minimum", -5),
        ("limit.own_funds", "nonsense"),
    ],
)
def test_a_value_without_meaning_is_refused(tmp_path: Path, rule_id: str, value: object) -> None:
    written: object = Decimal(value) if value == "-0.5" else value
    with pytest.raises(InputError) as caught:
        load_rulebook(packs=[_limit_pack(tmp_path, rule_id, written)])
    (problem,) = caught.value.problems
    assert problem.field == f"pack: {rule_id}.version[1].value"
    assert problem.code in ("out_of_range", "not_a_choice") and problem.hint.zh and problem.hint.en


def test_every_number_of_the_limit_has_bounds_and_lies_within_them(tmp_path: Path) -> None:
    book = load_rulebook(packs=())
    for rule_id in (one for one in book.ids() if one.startswith("limit.")):
        rule = book.rule(rule_id)
        assert rule.bounds is not None, rule_id
        for version in rule.versions:
            assert not list(packs._out_of_bounds("", version.value, rule.bounds)), rule_id


@pytest.mark.parametrize("region", ["999900", "990000", "000000"])
def test_a_region_in_no_province_is_refused(pack, region: str) -> None:  # type: ignore[no-untyped-def]
    from zhirong.workbench import rules

    with pytest.raises(InputError) as caught:
        rules([pack(manifest=MANIFEST + f'[scope]\nregion = "{region}"\n')])
    assert codes(caught) == ["unknown_region"]
    assert caught.value.problems[0].field == "bank/pack.toml: scope.region"


def test_versions_that_overlap_are_named_by_their_days(pack) -> None:  # type: ignore[no-untyped-def]
    twice = CAP.replace("[[rule.version]]", "[[rule.version]]\nvalid_to = 2027-12-31") + (
        '[[rule.version]]\nvalue = 0.25\nconfidence = "verified"\nvalid_to = 2028-06-30\n'
    )
    with pytest.raises(InputError) as caught:
        overlaid(base(), [pack({"cap.toml": twice})])
    [problem] = [one for one in caught.value.problems if one.code == "versions_overlap"]
    assert "None" not in problem.value and problem.value.endswith("2028-06-30")
