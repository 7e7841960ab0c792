"""The calculator without an account: an answer that the quote itself gives, nothing kept, bounded work."""

import time
from datetime import date

import pytest
from django.apps import apps

from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.right.kinds import RightKind
from zhirong.kernel.document import from_json
from zhirong.kernel.errors import InputError
from zhirong.operations.case.calculator import CHOICES, Calculate, calculated, rough_interval
from zhirong.operations.case_file.tables import quote_json
from zhirong.operations.fields import read
from zhirong.operations.rulebook import rulebook
from zhirong.web.public.limiter import Limiter

DAY = date(2026, 11, 2)
ASKED = {
    "region": "610000",
    "kind_1": "invention",
    "year_1": "2019",
    "revenue": "3000万元",
    "amount": "200万元",
    "term_months": "12",
}


@pytest.mark.parametrize("kind", [value for value, _ in CHOICES])
def test_every_kind_it_asks_for_has_a_status_and_a_value(platform, kind):
    # Young enough for a certificate of three years.
    asked = {**ASKED, "kind_1": kind, "year_1": "2026"}
    table = calculated(read(Calculate, asked), DAY, rulebook())
    quote = quote_json(table, [])
    assert quote["rights"][0]["status"] == "in_force"
    assert quote["rights"][0]["kind"] == RightKind(kind)
    assert quote["appraisal"]["status"] == "valued"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_visitor_gets_interval_line_and_cost_and_leaves_nothing(platform, lang):
    client = platform.client(lang=lang)
    before = {model: model.objects.count() for model in apps.get_app_config("store").get_models()}
    response = client.get("/calculator/", ASKED)
    text = response.content.decode()
    assert response.status_code == 200
    assert "/apply/?" in text and 'value="200"' in text
    assert "/modes/xixian/" in text
    quote = quote_json(calculated(read(Calculate, ASKED), DAY, rulebook()), [])
    assert f"{float(quote['credit_limit']['amount']):,.2f}" in text
    low, high = rough_interval(from_json(QuoteDocument, quote).value)
    assert f"{low / 100:,.2f}" in text and f"{high / 100:,.2f}" in text
    value = {name: float(amount) for name, amount in quote["appraisal"]["value"].items()}
    assert (low / 100, high / 100) == (value["p10"], value["p90"])
    # Nobody has checked a visitor's figures: the limit rests on the P10 that is published, not on a narrower one.
    assert quote["appraisal"]["lending"]["low_value"] == quote["appraisal"]["value"]["p10"]
    assert "/firm/cases/new/" not in text
    assert client.get("/calculator/cost.svg", ASKED).status_code == 200
    assert {model: model.objects.count() for model in before} == before


def test_what_is_wrong_is_named_together(platform):
    client = platform.client(lang="en")
    response = client.get(
        "/calculator/", {**ASKED, "revenue": "x", "amount": "-1", "term_months": "0", "region": "6"}
    )
    assert response.status_code == 422
    assert response.content.decode().count('class="problem"') == 4
    with pytest.raises(InputError) as refused:
        calculated(
            read(Calculate, {**ASKED, "kind_3": "software"}),
            DAY,
            rulebook(),
        )
    assert [one.field for one in refused.value.problems] == ["year_3"]
    with pytest.raises(InputError) as refused:
        read(Calculate, {**ASKED, "kind_2": "horse", "kind_3": "cow"})
    assert [one.field for one in refused.value.problems] == ["kind_2", "kind_3"]
    assert client.get("/calculator/cost.svg", {**ASKED, "revenue": "x"}).status_code == 404


def test_who_asks_too_often_is_told_to_wait(platform, monkeypatch):
    from zhirong.web.public import pages

    monkeypatch.setattr(pages, "_LIMIT", Limiter(f"test-{time.time()}", times=2, seconds=3600))
    client = platform.client()
    assert [client.get("/calculator/", ASKED).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/calculator/", ASKED)["Retry-After"] == "60"
    assert client.get("/calculator/").status_code == 200  # the empty form is no work


def test_a_limit_counts_each_address_by_itself_and_forgets_with_time():
    name = f"test-{time.time()}"
    limit, same = Limiter(name, times=2, seconds=10), Limiter(name, times=2, seconds=10)
    assert [one.admits("a", moment) for one, moment in ((limit, 0), (same, 1), (limit, 2))] == [True, True, False]
    assert limit.admits("b", 2)
    assert limit.admits("a", 10)
    assert not Limiter(name, times=0, seconds=10).admits("c", 10)


def test_a_failed_calculation_gives_its_place_back(platform):
    client = platform.client()
    for _ in range(5):  # more than are worked on at once
        assert client.get("/calculator/", {**ASKED, "revenue": "x"}).status_code == 422
    assert client.get("/calculator/", ASKED).status_code == 200


def test_what_was_calculated_is_carried_to_the_application(platform):
    _, manager = platform.firm()
    platform.bank()
    client = platform.client()
    assert client.get("/apply/?amount=300&term_months=18")["Location"] == "/accounts/signup/"
    desk = platform.client(manager)
    assert desk.get("/apply/?amount=300&term_months=18")["Location"] == "/firm/cases/new/"
    form = desk.get("/firm/cases/new/").content.decode()
    assert 'value="300"' in form and "= 3,000,000.00" in form and 'value="18"' in form and "取自您的测算" in form
