"""Long files through the API: accepted with 202 and an address, watched, confirmed; malformed ones are answered with 422."""

from datetime import timedelta

import pytest
from api_world import ApiWorld
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhirong.kernel.identifiers import patent_check_digit
from zhirong.operations.jobs import run_due
from zhirong.store.financing import FirmRight
from zhirong.store.work import FileImport

_ROWS = 2_003


def _list(rows: int) -> bytes:
    lines = []
    for at in range(rows):
        digits = f"201919{at:06d}"
        lines.append(f"{digits}.{patent_check_digit(digits)},一种装置{at},2019-07-28,2021-05-04\n")
    return ("专利号,专利名称,申请日,授权公告日\n" + "".join(lines)).encode()


def _ticket(token: str, name: str, content: bytes) -> str:
    sent = Client(HTTP_HOST="localhost").post(
        "/api/v1/files", {"file": SimpleUploadedFile(name, content)}, headers={"Authorization": f"Bearer {token}"}
    )
    assert sent.status_code == 201, sent.content
    return str(sent.json()["ticket"])


def _work(world: ApiWorld) -> None:
    while run_due(world.platform.now + timedelta(days=1), "test", is_long=True):
        pass


def test_a_long_list_is_accepted_watched_and_confirmed(world: ApiWorld) -> None:
    token, stranger = world.token(world.manager), world.token(world.officer)
    ticket = _ticket(token, "list.csv", _list(_ROWS))
    accepted = world.do("right.import", token, file=ticket, key="the-list")
    assert accepted.status_code == 202, accepted.content
    row = FileImport.objects.get()
    assert accepted["Location"] == f"/api/v1/imports/{row.pk}"
    again = world.do("right.import", token, file=ticket, key="the-list")
    assert again.status_code == 202 and again.json()["repeated"] and again["Location"] == accepted["Location"]
    job = accepted.json()["answer"]["job"]
    assert world.get(f"/jobs/{job}", token).json()["state"] == "waiting"
    assert {world.get(f"/{path}", stranger).status_code for path in (f"imports/{row.pk}", f"jobs/{job}")} == {404}
    _work(world)
    shown = world.get(f"/imports/{row.pk}", token).json()
    assert shown["state"] == "preview" and shown["about"]["counts"]["new"] == _ROWS
    assert shown["operations"] == ["import.confirm", "import.cancel"]
    watched = world.get(f"/jobs/{job}", token).json()
    assert (watched["state"], watched["done"], watched["total"]) == ("done", 2 * _ROWS, 2 * _ROWS)
    assert world.do("import.confirm", stranger, row).status_code in (403, 404)
    assert world.do("import.confirm", token, row).status_code == 200
    _work(world)
    assert world.get(f"/imports/{row.pk}", token).json()["state"] == "done"
    assert FirmRight.objects.filter(firm=world.firm).count() == _ROWS


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04 not a workbook"),
        ("a.xlsx", b"PK\x03\x04" + b"\n" * 5_000),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 5_000),
        ("a.csv", '专利号,名称\n"201919000001.2,一种\n'.encode()),
        ("a.csv", b"<html><table>" + b"\n" * 5_00),
    ],
)
def test_a_malformed_file_is_answered_with_422(world: ApiWorld, name: str, content: bytes) -> None:
    token = world.token(world.manager)
    answer = world.do("right.import", token, file=_ticket(token, name, content))
    assert answer.status_code == 422 and answer.json()["problems"][0]["code"], answer.content
    assert not FileImport.objects.exists()
