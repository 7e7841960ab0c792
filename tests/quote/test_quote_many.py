"""Many firms at once give what each gives by itself, here and in other processes."""

from concurrent.futures import ProcessPoolExecutor

from quote_cases import case_table, changed

from zhirong.workbench import quote_case, quote_many

NAMES = ("xixian-jingshuixing", "suzhou-beiang", "futian-borrower")
MODES = ["beijing", "xixian", "suzhou", "guangzhou-5311", "chengdu", "us-capp", "pudong"]


def cases():
    weak = {"credit__tax__tax_grade": "D", "credit__debt__total_debt": "2500万元"}
    return [
        *(changed(case_table(name)) for name in NAMES),
        changed(case_table(NAMES[0]), case__id="weak", **weak),
        changed(case_table(NAMES[0]), case__id="declined", credit__compliance__dishonest_judgment_debtor=True),
        changed(case_table(NAMES[0]), case__id="without-value", appraisal=None),
    ]


def seen(row):
    return (row.amount, row.binding, row.annual_rate, row.eligible, row.at_default, row.expected)


def test_each_row_is_the_offer_of_its_quote():
    rows = iter(quote_many(cases(), MODES))
    for case in cases():
        answer = quote_case(case, MODES)
        for offer in answer.offers:
            row = next(rows)
            assert (row.case_id, row.mode_id, row.pledge) == (case.id, offer.mode.id, answer.pledge.amount)
            assert seen(row) == (
                offer.amount,
                offer.limited_by,
                offer.annual_rate,
                offer.eligible,
                tuple(offer.limit.at_limit.items()) if offer.amount else (),
                tuple(offer.limit.expected.items()) if offer.amount else (),
            )
    assert next(rows, None) is None


def test_other_processes_give_the_same():
    with ProcessPoolExecutor(2) as pool:
        assert list(quote_many(cases() * 4, MODES, executor=pool)) == list(quote_many(cases() * 4, MODES))
