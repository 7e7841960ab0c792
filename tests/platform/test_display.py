"""How pages look: the sheet and its components, the reader's preferences, the menus, the search."""

import gzip
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lender_world import desk_of

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind, roles_of
from zhirong.operations.actors import Actor
from zhirong.web.icons import icon
from zhirong.web.menu import ENTRIES, grouped, menu_of

WEB = Path(str(files("zhirong.web")))
SHEET = (WEB / "static" / "zhirong.css").read_text(encoding="utf-8")
MOST_SHEET, MOST_SCRIPT = 12_000, 20_000  # bytes, compressed
MOST_ENTRIES, MOST_GROUPS = 9, 3


def test_sheet_and_script_are_small() -> None:
    assert len(gzip.compress(SHEET.encode())) <= MOST_SHEET
    assert len(gzip.compress((WEB / "static" / "zhirong.js").read_bytes())) <= MOST_SCRIPT


def test_colours_are_named_among_the_tokens_alone() -> None:
    rules = SHEET.partition("/* -- text")[2].partition("/* -- paper")[0]
    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\([^)]*\)", rules) == []


def test_a_line_of_the_sheet_holds_one_rule() -> None:
    assert [line for line in SHEET.splitlines() if line.count("{") > 1] == []


def test_the_styleguide_shows_every_component_in_both_languages(sqlite_platform: Any) -> None:
    shown = (WEB / "templates" / "styleguide.html").read_text(encoding="utf-8")
    components = {file.stem.replace("_", "-") for file in (WEB / "templates" / "cotton").glob("*.html")}
    # A gauge is part of others, the mark of a source part of a field; a chart is an image of its page.
    assert {one for one in components if not re.search(rf"<c-{one}[ >]", shown)} == {"gauge", "from", "chart"}
    for lang in ("zh", "en"):
        page = sqlite_platform.client(lang=lang).get("/styleguide/").content.decode()
        assert "<c-" not in page and "style=" not in page and "{%" not in page


def test_preferences_are_remembered_and_nothing_else_is(sqlite_platform: Any) -> None:
    client = sqlite_platform.client()
    del client.cookies["zhirong_unit"]
    answer = client.get("/?theme=dark&density=roomy&unit=yuan&lang=zh")
    kept = {name: one.value for name, one in answer.cookies.items()}
    assert kept == {"zhirong_theme": "dark", "zhirong_density": "roomy", "zhirong_unit": "yuan"}
    again = client.get("/").content.decode()
    assert 'data-theme="dark"' in again and 'data-density="roomy"' in again
    assert client.get('/?theme="><script>').cookies == {}
    assert 'data-theme="dark"' in client.get("/?theme=purple").content.decode()
    assert "data-theme" not in client.get("/?theme=system").content.decode()


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_a_menu_is_short_grouped_and_drawn(kind: OrganisationKind) -> None:
    roles = frozenset(roles_of(kind))
    # The platform's three administrators are three people.
    for held in [frozenset({one}) for one in roles] if kind is OrganisationKind.PLATFORM else [roles]:
        entries = menu_of(Actor(account=1, organisation=1, kind=kind, roles=held))
        groups = list(grouped(entries))
        assert len(entries) <= MOST_ENTRIES and len(groups) <= MOST_GROUPS, (kind, [one.page for one in entries])
        assert sum(len(one.entries) for one in groups) == len(entries)


def test_every_menu_entry_has_an_icon_of_its_own_package() -> None:
    for entry in ENTRIES:
        assert icon(entry.icon).startswith('<svg class="icon"') and icon(entry.icon).endswith("</svg>"), entry


def test_search_finds_what_the_reader_may_see_and_no_more(platform: Any) -> None:
    desk = desk_of(platform)
    case = desk.case()
    _, stranger = platform.bank("乙银行")

    def found(member: Any, words: str) -> str:
        page = platform.client(member).get("/search/", {"q": words}).content.decode()
        return page.partition("<main")[2]

    address = f"/lender/cases/{case.pk}/"
    for words in (case.number, case.firm.name[2:6], f"{case.number[-5:]} {case.firm.name[:3]}"):
        assert address in found(desk.officer, words), words
        assert f"/firm/cases/{case.pk}/" in found(desk.manager, words), words
        assert case.number not in found(stranger, words).replace(words, ""), words
    assert address not in found(desk.officer, f"{case.number} 另一个词")
    assert address not in found(desk.officer, "")
    assert platform.client(desk.officer).get("/search/?q=%00").status_code == 200


def test_notices_are_grouped_by_case_and_only_those_that_ask_are_counted(sqlite_platform: Any) -> None:
    desk = desk_of(sqlite_platform)
    case = desk.accepted()
    firm = sqlite_platform.client(desk.manager)
    sqlite_platform.do(desk.officer, "case.ask", case, text="为何下降？")
    page = firm.get("/notices/").content.decode()
    # The question asks something; that the case was accepted is for information.
    asked, _, others = page.partition("<main")[2].partition("<details")
    assert "提问" in asked and "受理" not in asked and "受理" in others
    assert f"{case.firm.name} {case.number}" in asked
    assert '<span class="count">1</span>' in page
    firm.get(f"/firm/cases/{case.pk}/")
    page = firm.get("/notices/").content.decode()
    assert '<span class="count">' not in page and "提问" in page


def test_the_log_says_in_words_who_did_what_to_which_case(sqlite_platform: Any) -> None:
    desk = desk_of(sqlite_platform)
    case = desk.accepted()
    office = sqlite_platform.organisation(OrganisationKind.PLATFORM)
    auditor = sqlite_platform.client(sqlite_platform.member(office, MemberRole.AUDIT_ADMIN))

    def lines(**query: str) -> list[str]:
        page = auditor.get("/audit/", query).content.decode()
        rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.S)
        return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows]

    accepted = next(one for one in lines() if " 受理 " in one)
    name = desk.officer.account.display_name or desk.officer.account.email
    assert name in accepted and desk.bank.name in accepted and f"{case.firm.name} {case.number}" in accepted
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", accepted)
    assert accepted in lines(about=case.number) and accepted in lines(person=name, action="受理")
    assert accepted in lines(institution=desk.bank.name) and lines(person="没有此人") == []


def test_a_notice_asks_nothing_any_more_once_its_case_has_moved_on(sqlite_platform: Any) -> None:
    desk = desk_of(sqlite_platform)
    case = desk.case()
    bank = sqlite_platform.client(desk.officer)
    assert '<span class="count">1</span>' in bank.get("/notices/").content.decode(), (
        "a new case asks to be accepted"
    )
    sqlite_platform.do(desk.officer, "case.accept", case)
    page = bank.get("/notices/").content.decode()
    assert '<span class="count">' not in page and case.number in page, "it has been accepted, by the API"
    # Two questions on one page are one thing to open.
    for question in ("为何下降？", "何时到货？"):
        sqlite_platform.do(desk.officer, "case.ask", case, text=question)
    firm = sqlite_platform.client(desk.manager).get("/notices/").content.decode()
    assert '<span class="count">1</span>' in firm


def test_a_template_has_one_cell_or_row_a_line() -> None:
    several = re.compile(r"</(th|td|li|tr|c-fact)>\s*<(th|td|li|tr|c-fact)[ >]")
    templates = (WEB / "templates").rglob("*.html")
    assert [
        file.name
        for file in templates
        if any(several.search(line) for line in file.read_text(encoding="utf-8").splitlines())
    ] == []
