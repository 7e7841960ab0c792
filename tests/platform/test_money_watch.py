"""The end of a day: every standing loan reckoned anew, only what has changed written, everything told once."""

from datetime import timedelta

from money_world import Money

from zhirong.operations import jobs
from zhirong.operations.loan.loans import columns_of, state_of
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import WatchFlag
from zhirong.store.models import Event
from zhirong.store.work import Job, Notice


def end_of_day(platform) -> dict:
    jobs.plan_one("loan.end_of_day", f"loan.end_of_day/{platform.day}", platform.now, day=platform.day.isoformat())
    jobs.run_due(platform.now + timedelta(minutes=1), "test")
    done = Job.objects.get(key=f"loan.end_of_day/{platform.day}")
    assert done.state == "done", done.result
    return done.result


def flags(**where) -> list[str]:
    return sorted(WatchFlag.objects.filter(cleared_on=None, **where).values_list("kind", flat=True))


def test_the_watch_over_a_loan_from_day_to_day(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, method="level_payment", cycle="1M", guaranteed=True)
    money.released()
    due = money.loan.next_due_on
    assert end_of_day(platform) == {"loans": 1, "changed": 0}
    assert flags() == []
    platform.set_day(due - timedelta(days=10))
    assert end_of_day(platform)["changed"] == 0
    assert flags() == ["due"]
    told = Notice.objects.filter(account=money.manager.account).count()
    platform.later(1)
    end_of_day(platform)
    assert Notice.objects.filter(account=money.manager.account).count() == told  # told once
    platform.set_day(due + timedelta(days=1))
    assert end_of_day(platform)["changed"] == 1
    loan = money.loan
    assert (loan.overdue_days, loan.category) == (1, "special_mention")
    assert "overdue" in flags()
    assert "category" in flags()
    state = state_of(loan, platform.day, rulebook())
    assert loan.overdue == columns_of(loan, state, rulebook())["overdue"] > 0
    flag = WatchFlag.objects.get(kind="category")
    platform.do(money.officer, "watch.see", flag)
    assert "category" not in flags()
    money.pay(state.due)
    platform.later(1)
    end_of_day(platform)
    assert "overdue" not in flags()
    assert check_register(platform.folder).findings == ()


def test_fees_appraisals_and_grounds_are_seen(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch)
    money.released()
    right = money.rights[0]
    platform.later(1)
    platform.reseed(right, next_fee_on=platform.day + timedelta(days=30))
    platform.reseed(money.appraisal, valid_until=platform.day + timedelta(days=29))
    end_of_day(platform)
    assert flags() == ["appraisal", "fee"]
    platform.later(1)
    right.refresh_from_db()
    platform.reseed(right, facts={**right.facts, "status": "invalidated", "ended_date": platform.day.isoformat()})
    end_of_day(platform)
    assert "ground" in flags()
    ground = WatchFlag.objects.filter(kind="ground").first()
    assert "无效" in ground.words["zh"] and ground.words["en"]
    assert "贷后预警" in platform.client(money.officer).get("/watch/").content.decode()


def test_a_job_that_is_repeated_does_nothing_twice(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, method="level_payment", cycle="1M")
    money.released()
    platform.set_day(money.loan.next_due_on + timedelta(days=5))
    end_of_day(platform)
    events, notices, version = Event.objects.count(), Notice.objects.count(), money.loan.version
    job = Job.objects.get(key=f"loan.end_of_day/{platform.day}")
    job.state, job.leased_until = "running", platform.now  # as if the worker had been killed after it was done
    job.save()
    jobs.run_due(platform.now + timedelta(minutes=2), "another")
    job.refresh_from_db()
    assert job.state == "done" and job.tries == 2
    assert (Event.objects.count(), Notice.objects.count(), money.loan.version) == (events, notices, version)


def test_batches_reach_every_loan(platform, monkeypatch) -> None:
    from zhirong.operations.actors import WORKER
    from zhirong.operations.declare import Call
    from zhirong.operations.run import run_operation

    money = Money(platform, monkeypatch)
    money.released()
    first = money.loan
    money.case = platform.seed(
        type(money.case),
        **{
            name: getattr(money.case, name)
            for name in (
                "firm", "lender", "officer", "mode", "amount", "term_months", "annual_rate", "method", "cycle", "purpose",
                "approved_amount",
            )
        },
        number="ZR2026999999",
        state="approved",
        rights=[platform.right(money.firm).pk],
        appraisal=money.appraisal,
    )  # fmt: skip
    money.released()
    one = run_operation("loan.reckon", Call(WORKER, platform.now, "b1"), None, {"limit": 1}).answer
    assert (one["loans"], one["last"], one["more"]) == (1, first.pk, True)
    two = run_operation(
        "loan.reckon", Call(WORKER, platform.now, "b2"), None, {"after": one["last"], "limit": 1}
    ).answer
    assert (two["loans"], two["last"]) == (1, money.loan.pk)
    assert (
        run_operation("loan.reckon", Call(WORKER, platform.now, "b3"), None, {"after": two["last"]}).answer["loans"]
        == 0
    )


def test_one_loan_that_cannot_be_reckoned_is_told_and_stops_nothing(platform, monkeypatch) -> None:
    money = Money(platform, monkeypatch, method="level_payment", cycle="1M")
    money.released()
    loan = money.loan
    whole = loan.events
    platform.reseed(loan, events=[{**whole[0], "amount": "0.00"}])
    platform.set_day(loan.next_due_on + timedelta(days=3))
    assert end_of_day(platform) == {"loans": 1, "changed": 0}
    assert flags() == ["fault"]
    assert "无法重算" in WatchFlag.objects.get().words["zh"]
    platform.reseed(money.loan, events=whole)
    platform.later(1)
    end_of_day(platform)
    assert "fault" not in flags() and money.loan.overdue_days == 4
