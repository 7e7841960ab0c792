"""The checklist of due diligence as one form: several items at once, and nothing that was typed is lost."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from lender_world import PDF, desk_of

from zhirong.store.financing import CheckItem


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(_key|i\d+\.(?:version|ticket|name))" value="([^"]+)"', page))


def test_items_are_filled_in_together_and_each_stands_on_its_own(sqlite_platform: Any) -> None:
    desk = desk_of(sqlite_platform)
    case = desk.accepted()
    items = {one.item: one.pk for one in CheckItem.objects.filter(case=case)}
    address = f"/lender/cases/{case.pk}/checks/"
    client = sqlite_platform.client(desk.officer)
    page = client.get(address).content.decode()
    assert page.count('class="card check-row"') == len(items) == 9
    assert f'name="i{items["title_investigation"]}.law_firm"' in page
    visit, purpose, identity = (f"i{items[name]}." for name in ("visit", "purpose", "identity"))
    posted = {
        f"{visit}verdict": "clear",
        f"{visit}finding": "已走访，设备在用",
        f"{purpose}finding": "采购合同相符",  # no verdict is chosen
        f"{identity}verdict": "clear",  # neither finding
        f"{identity}file": SimpleUploadedFile("licence.pdf", PDF),
    }
    answer = client.post(address, {**_hidden(page), **posted})
    page = answer.content.decode()
    assert answer.status_code == 422 and page.count('class="card check-row"') == 8
    assert "已完成 1 项调查" in page and "未选择结论" in page and "采购合同相符" in page and "licence.pdf" in page
    # What is missing is added; the file that was uploaded is still there.
    posted = {
        f"{purpose}verdict": "notable",
        f"{purpose}finding": "采购合同相符",
        f"{identity}verdict": "clear",
        f"{identity}finding": "与登记一致",
    }
    answer = client.post(address, {**_hidden(page), **posted})
    assert (answer.status_code, answer["Location"]) == (302, address)
    found = {one.item: one for one in CheckItem.objects.filter(case=case)}
    assert (found["purpose"].verdict, found["identity"].file.name) == ("notable", "licence.pdf")
    assert {one.state for one in found.values()} == {"open", "done"} and found[
        "visit"
    ].finding == "已走访，设备在用"
    # Nothing filled in is nothing done, and who does not work on the case reads it only.
    assert client.post(address, _hidden(client.get(address).content.decode())).status_code == 200
    assert sqlite_platform.client(desk.approver).get(address).status_code == 403
    english = sqlite_platform.client(desk.reviewer, "en").get(address).content.decode()
    assert "Record completed items" in english and "style=" not in english


def test_a_page_that_is_out_of_date_keeps_what_was_typed(sqlite_platform: Any) -> None:
    desk = desk_of(sqlite_platform)
    case = desk.accepted()
    item = CheckItem.objects.get(case=case, item="visit")
    address = f"/lender/cases/{case.pk}/checks/"
    client = sqlite_platform.client(desk.officer)
    hidden = _hidden(client.get(address).content.decode())
    hidden[f"i{item.pk}.version"] = "77"
    answer = client.post(address, {**hidden, f"i{item.pk}.verdict": "clear", f"i{item.pk}.finding": "已走访"})
    assert answer.status_code == 422 and "已走访</textarea>" in answer.content.decode()
