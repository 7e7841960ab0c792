"""Policies: rules that a lender, a guarantor, a fund or a region adds to the platform's rules. One person drafts
them, another approves them.

A policy has versions. A version is written like a policy pack (docs/en/reference/policy-packs.md); the platform writes its
manifest. ``operations.rulebook`` applies the versions in force on the day of a decision.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from django.db.models import Max, Q
from pydantic import Field

from zhirong.chain.financing.policies import (
    DECIDING,
    POLICY_STATE_TEXT,
    PolicyState,
    PolicyTransition,
    next_policy_state,
    policy_states_for,
)
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.packs import MANIFEST, laid_over
from zhirong.kernel.rulebook import COUNTRY, Pack, Rulebook
from zhirong.kernel.suggestions import nearest
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.clock import now
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Formed, Line, Request, Words, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.platform.policy_text import is_plain, read_value, rule_text, with_rule
from zhirong.operations.plausibility import TermDay
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import pack_of, rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Organisation
from zhirong.store.policies import Policy
from zhirong.workbench import faults_of_pack

RULES = "rules.toml"
_EVERYWHERE = Text("全国", "everywhere")
_MODES = "modes"
_MOST_TEXT = 200_000  # maximum characters of the rules, and of one mode
_MOST_MODES = 10
# The owner's name in a pack's manifest and in the rules ``policy.may_set``.
ISSUERS: Mapping[str, str] = {
    OrganisationKind.LENDER: "lender",
    OrganisationKind.GUARANTOR: "guarantor",
    OrganisationKind.FUND: "fund",
    OrganisationKind.PLATFORM: "region",
}
DECIDERS = (
    MemberRole.LENDER_MANAGER,
    MemberRole.GUARANTOR_APPROVER,
    MemberRole.FUND_OFFICER,
    MemberRole.SYSTEM_ADMIN,
)
EDITORS = (*DECIDERS, MemberRole.GUARANTOR_OFFICER)
READERS = (
    *EDITORS,
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_APPROVER,
    MemberRole.AUDIT_ADMIN,
)


def _latest_rules(actor: Actor, row: Any) -> str:
    """Return the rules with which a form starts: those of the version, or of the organisation's version in force."""
    if row is not None:
        return str(row.files.get(RULES, ""))
    own = (
        Policy.objects.filter(organisation=actor.organisation, state=PolicyState.APPROVED)
        .order_by("-number")
        .first()
    )
    return "" if own is None else str(own.files.get(RULES, ""))


def _kept(name: str) -> Any:
    return lambda actor, row: None if row is None else getattr(row, name)


class Draft(Request):
    """A version as its author writes it. rules: TOML in the form of the rule files. modes: files in the mode
    language.
    """

    title: Annotated[
        Line,
        Field(max_length=100),
        ask("名称", "Title", "如“2027 年授信政策”", "such as 'Credit policy of 2027'", start=_kept("title")),
    ]
    valid_from: Annotated[
        TermDay,
        ask(
            "自何日起适用",
            "Applies from",
            "批准之日早于此日的，自此日起；晚于此日的，自批准之日起",
            "or from the day of approval if that is later",
            widget="day",
            start=_kept("valid_from"),
        ),
    ]
    region: Annotated[
        str,
        Formed(
            "^(CN|[0-9]{6})$",
            Text("请填写 CN 或六位地区代码，如 610100", "Enter CN or the six digits of a region, such as 610100."),
        ),
        ask(
            "适用地区",
            "Region",
            "CN 为全国；只在一地适用的，填六位地区代码",
            "CN for all regions, or the six digits of one region",
            start=lambda actor, row: COUNTRY if row is None else row.region,
        ),
    ] = COUNTRY
    reason: Annotated[
        Words,
        ask(
            "制定依据",
            "Reason",
            "如会议决议、文号",
            "such as the decision of a committee",
            widget="area",
            start=_kept("reason"),
        ),
    ]
    rules: Annotated[
        str,
        Field(max_length=_MOST_TEXT),
        ask(
            "规则",
            "Rules",
            "按规则文件的格式书写；可从“可以设定的规则”复制现行值再修改。留空：不另设规则，按平台规则",
            "in the format of the rule files; copy one from 'Rules that you may set' and change it. Leave empty to use the platform's rules only",
            widget="area",
            start=_latest_rules,
        ),
    ] = ""
    modes: Annotated[
        list[Annotated[str, Field(max_length=_MOST_TEXT)]],
        Field(max_length=_MOST_MODES),
        ask("融资模式文件", "Mode files", widget="table"),
    ] = []


@operation(
    "policy.draft",
    Text("起草政策", "Draft a policy"),
    roles=EDITORS,
    request=Draft,
    page="policy.version",
    help=Text(
        "设定本机构的审查审批标准。起草后提交，由另一位有权人员批准；批准前可查看变更内容和受影响的业务。",
        "Set your organisation's decision rules. Another person approves them after seeing the changes and the cases affected.",
    ),
)
def draft(work: Work, request: Draft) -> Any:
    """Create a new version of the organisation's policy; it applies only after approval."""
    owner = Organisation.objects.get(pk=work.actor.organisation)
    last = Policy.objects.filter(organisation=owner).aggregate(last=Max("number"))["last"] or 0
    files, pack = _checked(owner, last + 1, request, work.rules, work.day)
    made = work.create(
        Policy,
        organisation=owner,
        number=last + 1,
        state=PolicyState.DRAFT,
        drafted_by_id=work.actor.account,
        **_columns(request, files, pack),
    )
    return {"id": made.pk}


@operation(
    "policy.edit",
    Text("修改草稿", "Edit the draft"),
    model=Policy,
    roles=EDITORS,
    states=policy_states_for(PolicyTransition.EDIT),
    relation=lambda actor, row: row.organisation_id == actor.organisation,
    request=Draft,
    page="policy.version",
)
def edit(work: Work, request: Draft) -> Any:
    """Change a draft. The person who changes it becomes its author and cannot approve it."""
    policy: Policy = work.row
    files, pack = _checked(policy.organisation, policy.number, request, work.rules, work.day)
    work.update(policy, drafted_by_id=work.actor.account, **_columns(request, files, pack))
    return {"id": policy.pk}


def _settable_one_by_one(actor: Actor, row: Any) -> Choices:
    """Return the rules that contain one number, word or flag, for a form; tables are written as text."""
    if row is None:
        return []
    book, day = rulebook(), day_of(now())
    known = [(one, book.find(one, day)) for one in settable(row.organisation.kind, book, day)]
    return [
        (one, Text(f"{value.title.zh}（{one}）", f"{value.title.en} ({one})"))
        for one, value in known
        if value is not None and is_plain(value.value)
    ]


class SetRule(Request):
    """One rule and its new value. document, article: of the organisation's decision."""

    rule: Annotated[str, Field(max_length=200), ask("规则", "Rule", choices=_settable_one_by_one)]
    value: Annotated[
        Line,
        ask(
            "数值",
            "Value",
            "单位同平台规则；比例可写 1.2%",
            "in the unit of the platform's rule; a rate may be written as 1.2%",
        ),
    ]
    document: Annotated[Line, ask("文件", "Document", "如“授信政策（2027）”", "such as 'Credit policy of 2027'")]
    article: Annotated[str, Field(max_length=100), ask("条款", "Article")] = ""


@operation(
    "policy.set_rule",
    Text("设定一条规则", "Set a rule"),
    model=Policy,
    roles=EDITORS,
    states=policy_states_for(PolicyTransition.EDIT),
    relation=lambda actor, row: row.organisation_id == actor.organisation,
    request=SetRule,
    page="policy.version",
    help=Text(
        "规则内容为表格的，请在“修改草稿”中以文本填写。设定后，原文中的注释不予保留。",
        "Edit rules that are tables as text with 'Edit the draft'. Comments in the text are lost.",
    ),
)
def set_rule(work: Work, request: SetRule) -> Any:
    """Add or change this rule in the draft; the person who does so becomes its author."""
    policy: Policy = work.row
    allowed = [one for one, _ in _settable_one_by_one(work.actor, policy)]
    if request.rule not in allowed:
        raise InputError([_not_to_set(request.rule, work.rules, allowed)])
    base = rulebook().rule(request.rule)
    new = rule_text(base, read_value(base, request.value), document=request.document, article=request.article)
    modes = [text for name, text in sorted(policy.files.items()) if name.startswith(f"{_MODES}/")]
    whole = Draft(
        title=policy.title,
        valid_from=policy.valid_from,
        region=policy.region,
        reason=policy.reason,
        rules=with_rule(policy.files[RULES], new),
        modes=modes,
    )
    files, pack = _checked(policy.organisation, policy.number, whole, work.rules, work.day)
    work.update(policy, drafted_by_id=work.actor.account, **_columns(whole, files, pack))
    return {"id": policy.pk}


@operation(
    "policy.submit",
    Text("提交批准", "Submit for approval"),
    model=Policy,
    roles=EDITORS,
    states=policy_states_for(PolicyTransition.SUBMIT),
    relation=lambda actor, row: row.organisation_id == actor.organisation,
    page="policy.version",
)
def submit(work: Work, request: Any) -> Any:
    """Submit the version: its effects on open cases are calculated in the background, then another person decides."""
    policy: Policy = work.row
    work.update(
        policy,
        state=next_policy_state(policy.state, PolicyTransition.SUBMIT),
        submitted_by_id=work.actor.account,
        effects={},
    )
    work.later("policy.effects", f"policy.effects/{policy.pk}", work.now, policy.organisation, policy=policy.pk)
    words = Text(
        f"政策待批准：{policy.title}（第 {policy.number} 版）",
        f"Policy to approve: {policy.title} (version {policy.number})",
    )
    work.notify(words, page_link("policy.version", policy.pk), policy.organisation, DECIDERS, asks=True)
    return {"id": policy.pk}


def _is_second(actor: Actor, row: Any) -> bool:
    """Whether the actor belongs to the owner and has neither drafted nor submitted the version."""
    own = row.organisation_id == actor.organisation
    return own and actor.account not in (row.drafted_by_id, row.submitted_by_id)


class Decide(Request):
    """The reason."""

    opinion: Annotated[Words, ask("意见", "Opinion", widget="area")]


@operation(
    "policy.approve",
    Text("批准", "Approve"),
    model=Policy,
    roles=DECIDERS,
    states=policy_states_for(PolicyTransition.APPROVE),
    relation=_is_second,
    request=Decide,
    is_grave=True,
    page="policy.version",
    help=Text(
        "批准后自适用之日起据以办理，取代本机构同一地区此前的版本；尚未审批完的业务须重新测算。",
        "The policy applies to decisions from its first day on. It supersedes all former versions for the same region; cases that are not yet decided must be calculated again.",
    ),
)
def approve(work: Work, request: Decide) -> Any:
    """Approve the version: it applies from its first day on; earlier versions end the day before."""
    policy: Policy = work.row
    if not policy.effects:
        raise refuse(
            "effects_pending",
            "effects",
            "",
            Text("对未结业务的影响正在测算", "its effects on open cases are still being calculated"),
            Text(
                "请稍候再批准；一直没有结果的，请系统管理员查看后台任务",
                "Try again in a minute. If nothing changes, ask the system administrator to check the background jobs.",
            ),
        )
    begins = max(policy.valid_from, work.day)
    laid_over(rulebook(), [pack_of(policy.files)])  # the program's rules may have changed since the draft
    for former in _former(policy, begins):
        ends: dict[str, Any] = {"ends_on": begins - timedelta(days=1)}
        if former.state == PolicyState.APPROVED:
            ends["state"] = next_policy_state(former.state, PolicyTransition.SUPERSEDE)
        work.update(former, **ends)
    work.update(
        policy,
        state=next_policy_state(policy.state, PolicyTransition.APPROVE),
        begins_on=begins,
        decided_by_id=work.actor.account,
        opinion=request.opinion,
    )
    words = Text(
        f"政策已批准，自 {begins} 起适用：{policy.title}（第 {policy.number} 版）",
        f"Policy approved; it applies from {begins}: {policy.title} (version {policy.number})",
    )
    work.notify(words, page_link("policy.version", policy.pk), policy.organisation)
    return {"id": policy.pk, "begins_on": begins.isoformat()}


def _former(policy: Policy, begins: date) -> list[Policy]:
    """Return versions of the same owner and region that would apply on or after the first day of this one."""
    states = [state.value for state in DECIDING]
    same = Policy.objects.filter(organisation=policy.organisation_id, region=policy.region, state__in=states)
    return list(same.filter(Q(ends_on=None) | Q(ends_on__gte=begins)).order_by("pk"))


@operation(
    "policy.reject",
    Text("不批准", "Reject"),
    model=Policy,
    roles=DECIDERS,
    states=policy_states_for(PolicyTransition.REJECT),
    relation=_is_second,
    request=Decide,
    page="policy.version",
)
def reject(work: Work, request: Decide) -> Any:
    """Reject the version; its author learns the reason and may draft another."""
    policy: Policy = work.row
    work.update(
        policy,
        state=next_policy_state(policy.state, PolicyTransition.REJECT),
        decided_by_id=work.actor.account,
        opinion=request.opinion,
    )
    words = Text(
        f"政策未获批准：{policy.title}：{request.opinion}"[:200],
        f"Policy rejected: {policy.title}: {request.opinion}"[:200],
    )
    work.notify(
        words,
        page_link("policy.version", policy.pk),
        policy.organisation,
        EDITORS,
        alone=policy.drafted_by,
        asks=True,
    )
    return {"id": policy.pk}


@operation(
    "policy.withdraw",
    Text("撤回", "Withdraw"),
    model=Policy,
    roles=EDITORS,
    states=policy_states_for(PolicyTransition.WITHDRAW),
    relation=lambda actor, row: row.organisation_id == actor.organisation,
    page="policy.version",
)
def withdraw(work: Work, request: Any) -> Any:
    """Withdraw a version that is not approved."""
    policy: Policy = work.row
    work.update(policy, state=next_policy_state(policy.state, PolicyTransition.WITHDRAW).value)
    return {"id": policy.pk}


# -- the permitted content of a version ---------------------------------------------------------------------------------------


def settable(kind: OrganisationKind | str, rules: Rulebook, day: date) -> tuple[str, ...]:
    """Return the rules, sorted, that the policy of such an owner may set."""
    begins = tuple(rules.at("policy.may_set", day).value.get(ISSUERS[OrganisationKind(kind)], ()))
    never = tuple(rules.at("policy.not_to_set", day).value["all"])
    return tuple(one for one in rules.ids() if one.startswith(begins) and not one.startswith(never))


def may_change_modes(kind: OrganisationKind | str, rules: Rulebook, day: date) -> bool:
    """Return whether the policy of such an owner may change financing modes."""
    return ISSUERS[OrganisationKind(kind)] in rules.at("policy.modes", day).value["kinds"]


def _checked(
    owner: Organisation, number: int, request: Draft, rules: Rulebook, day: date
) -> tuple[dict[str, str], Pack]:
    """Return the files and the pack of a version. Raises InputError with every error in it."""
    files = _files(owner, number, request)
    try:
        pack = pack_of(files)
        laid_over(rules, [pack], lambda one: faults_of_pack(rules, one))
    except InputError as error:
        raise InputError([replace(one, field=_field(one.field)) for one in error.problems]) from error
    problems = [*_beyond(owner, pack, rules, day), *_size_problems(pack, rules, day)]
    if request.valid_from < day:
        problems.append(
            Problem(
                "valid_from",
                request.valid_from.isoformat(),
                Text("早于今天", "before today"),
                Text("请填写今天或之后的日期", "Enter today or a later date."),
                "date_in_past",
            )
        )
    if request.modes and not may_change_modes(owner.kind, rules, day):
        problems.append(
            Problem(
                "modes",
                str(len(request.modes)),
                Text(
                    "本类机构的政策不能修改融资模式",
                    "the policy of such an organisation cannot change financing modes",
                ),
                Text("请平台管理员办理", "Ask the platform administration."),
                "modes_not_allowed",
            )
        )
    if problems:
        raise InputError(problems)
    return files, pack


def _files(owner: Organisation, number: int, request: Draft) -> dict[str, str]:
    """Return the files as in a policy pack's folder. JSON strings are valid TOML strings."""
    kind = ISSUERS[OrganisationKind(owner.kind)]
    where = "" if request.region == COUNTRY else f"-{request.region}"

    def said(text: str) -> str:
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

    both = f"{{ zh = {said(request.title)}, en = {said(request.title)} }}"
    name = f"{{ zh = {said(owner.name)}, en = {said(owner.name)} }}"
    manifest = (
        f'id = "{kind}-{owner.pk}{where}"\ntitle = {both}\nversion = "{number}"\n'
        f"valid_from = {request.valid_from.isoformat()}\n\n"
        f'[issuer]\nkind = "{kind}"\nname = {name}\n\n[scope]\nregion = "{request.region}"\n'
    )
    modes = {f"{_MODES}/{index}.toml": text for index, text in enumerate(request.modes, 1)}
    return {MANIFEST: manifest, RULES: request.rules.replace("\r\n", "\n"), **modes}


def _columns(request: Draft, files: dict[str, str], pack: Pack) -> dict[str, Any]:
    kept = request.model_dump(include={"title", "valid_from", "region", "reason"})
    return {**kept, "files": files, "sha256": pack.digest}


def _field(name: str) -> str:
    """Return the request field for a place in a file."""
    for beginning, field in ((f"policy/{RULES}: ", "rules."), (f"policy/{MANIFEST}: ", ""), ("policy: ", "rules.")):
        if name.startswith(beginning):
            return field + name.removeprefix(beginning)
    return name.removeprefix("policy/")


def _beyond(owner: Organisation, pack: Pack, rules: Rulebook, day: date) -> list[Problem]:
    """Return the problems for unknown rules and for rules that the owner may not set."""
    allowed = set(settable(owner.kind, rules, day))
    return [_not_to_set(one.id, rules, allowed) for one in pack.rules if one.id not in allowed]


def _not_to_set(rule_id: str, rules: Rulebook, allowed: Iterable[str]) -> Problem:
    """Return the problem for a rule that is unknown, that the owner may not set, or that a form cannot contain."""
    near = nearest(rule_id, allowed)
    if rule_id in rules:
        reason = Text("本机构不能这样设定这条规则", "your organisation cannot set this rule here")
    else:
        reason = Text("该规则不存在", "there is no such rule")
    hint = Text("请从“可以设定的规则”中选择", "Choose one of the rules that you may set.")
    if near and near != rule_id:
        hint = Text(f"是否为 {near}？", f"Did you mean {near}?")
    return Problem(f"rules.{rule_id}", rule_id, reason, hint, "rule_not_to_set")


def _size_problems(pack: Pack, rules: Rulebook, day: date) -> list[Problem]:
    most = rules.at("policy.most_rules", day).whole()
    if len(pack.rules) <= most:
        return []
    return [
        Problem(
            "rules",
            str(len(pack.rules)),
            Text(f"超过 {most} 条", f"more than {most}"),
            Text("请仅填写与平台规则不同的规则", "Enter only rules that differ from the platform's."),
            "too_many_rules",
        )
    ]


# -- lists ---------------------------------------------------------------------------------------------------------


def name_of_person(account: Any) -> str:
    """Return the name of a member of the organisation; empty if there is none."""
    return "" if account is None else str(account.display_name or account.email)


listing(
    Listing(
        "policy.versions",
        Text("政策版本", "Versions of policies"),
        Policy,
        (
            Column("title", Text("名称", "Title"), lambda row: row.title, main=True),
            Column("number", Text("版本", "Version"), lambda row: row.number, order="number", main=True),
            Column("owner", Text("机构", "Organisation"), lambda row: row.organisation.name),
            Column(
                "region",
                Text("适用地区", "Region"),
                lambda row: _EVERYWHERE if row.region == COUNTRY else row.region,
            ),
            Column(
                "state",
                Text("状态", "State"),
                lambda row: POLICY_STATE_TEXT[PolicyState(row.state)],
                "state",
                order="state",
                main=True,
            ),
            Column("begins_on", Text("自", "From"), lambda row: row.begins_on or row.valid_from, "day"),
            Column("ends_on", Text("至", "To"), lambda row: row.ends_on, "day"),
            Column("drafted_by", Text("起草", "Drafted by"), lambda row: name_of_person(row.drafted_by)),
            Column("decided_by", Text("批准", "Decided by"), lambda row: name_of_person(row.decided_by)),
        ),
        filters=(
            Filter(
                "state",
                Text("状态", "State"),
                lambda value: Q(state=value),
                tuple((state.value, words) for state, words in POLICY_STATE_TEXT.items()),
            ),
        ),
        roles=READERS,
        related=("organisation", "drafted_by", "decided_by"),
        page="policy.version",
        empty=Text("暂无本机构的政策，按平台规则办理。", "No policy yet; the platform's rules apply."),
        begin="policy.draft",
    )
)
