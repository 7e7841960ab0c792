"""Kinds of organisation on a platform, and the roles of their members."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text


class OrganisationKind(StrEnum):
    """The kinds of organisation."""

    FIRM = "firm"
    LENDER = "lender"
    GUARANTOR = "guarantor"
    INSURER = "insurer"
    FUND = "fund"
    AGENCY = "agency"
    OPERATOR = "operator"
    REGISTRY = "registry"
    AUTHORITY = "authority"
    PLATFORM = "platform"


KIND_WORDS: Mapping[OrganisationKind, Text] = {
    OrganisationKind.FIRM: Text("企业", "firm"),
    OrganisationKind.LENDER: Text("银行", "lender"),
    OrganisationKind.GUARANTOR: Text("担保机构", "guarantor"),
    OrganisationKind.INSURER: Text("保险公司", "insurer"),
    OrganisationKind.FUND: Text("风险补偿基金", "risk compensation fund"),
    OrganisationKind.AGENCY: Text("评估机构", "appraisal agency"),
    OrganisationKind.OPERATOR: Text("中介代理机构", "service agent"),
    OrganisationKind.REGISTRY: Text("登记机构", "registry"),
    OrganisationKind.AUTHORITY: Text("主管部门", "supervisory authority"),
    OrganisationKind.PLATFORM: Text("平台管理", "platform administration"),
}


class MemberRole(StrEnum):
    """The roles within an organisation; the part before the dot is the kind of organisation."""

    FIRM_MANAGER = "firm.manager"
    FIRM_CLERK = "firm.clerk"
    LENDER_OFFICER = "lender.officer"
    LENDER_REVIEWER = "lender.reviewer"
    LENDER_APPROVER = "lender.approver"
    LENDER_CASHIER = "lender.cashier"
    LENDER_MANAGER = "lender.manager"
    LENDER_WORKOUT = "lender.workout"
    GUARANTOR_OFFICER = "guarantor.officer"
    GUARANTOR_APPROVER = "guarantor.approver"
    INSURER_OFFICER = "insurer.officer"
    INSURER_APPROVER = "insurer.approver"
    FUND_OFFICER = "fund.officer"
    FUND_APPROVER = "fund.approver"
    AGENCY_APPRAISER = "agency.appraiser"
    AGENCY_REVIEWER = "agency.reviewer"
    OPERATOR_AGENT = "operator.agent"
    REGISTRAR = "registry.registrar"
    SUPERVISOR = "authority.supervisor"
    SYSTEM_ADMIN = "platform.system"
    SECURITY_ADMIN = "platform.security"
    AUDIT_ADMIN = "platform.audit"


ROLE_WORDS: Mapping[MemberRole, Text] = {
    MemberRole.FIRM_MANAGER: Text("企业负责人", "firm manager"),
    MemberRole.FIRM_CLERK: Text("企业经办人", "firm clerk"),
    MemberRole.LENDER_OFFICER: Text("客户经理", "loan officer"),
    MemberRole.LENDER_REVIEWER: Text("审查人", "credit reviewer"),
    MemberRole.LENDER_APPROVER: Text("审批人", "approver"),
    MemberRole.LENDER_CASHIER: Text("放款会计", "cashier"),
    MemberRole.LENDER_MANAGER: Text("行长", "branch manager"),
    MemberRole.LENDER_WORKOUT: Text("保全经办人", "workout officer"),
    MemberRole.GUARANTOR_OFFICER: Text("担保经办人", "guarantee officer"),
    MemberRole.GUARANTOR_APPROVER: Text("担保审批人", "guarantee approver"),
    MemberRole.INSURER_OFFICER: Text("保险经办人", "insurance officer"),
    MemberRole.INSURER_APPROVER: Text("保险审批人", "insurance approver"),
    MemberRole.FUND_OFFICER: Text("基金经办人", "fund officer"),
    MemberRole.FUND_APPROVER: Text("基金审批人", "fund approver"),
    MemberRole.AGENCY_APPRAISER: Text("资产评估师", "appraiser"),
    MemberRole.AGENCY_REVIEWER: Text("评估复核人", "appraisal reviewer"),
    MemberRole.OPERATOR_AGENT: Text("代理经办人", "agent"),
    MemberRole.REGISTRAR: Text("登记员", "registrar"),
    MemberRole.SUPERVISOR: Text("监管人员", "supervisor"),
    MemberRole.SYSTEM_ADMIN: Text("系统管理员", "system administrator"),
    MemberRole.SECURITY_ADMIN: Text("安全管理员", "security administrator"),
    MemberRole.AUDIT_ADMIN: Text("审计管理员", "audit administrator"),
}

# GB/T 22239: three different people run the system, grant rights and audit.
ADMIN_ROLES = frozenset({MemberRole.SYSTEM_ADMIN, MemberRole.SECURITY_ADMIN, MemberRole.AUDIT_ADMIN})


def roles_of(kind: OrganisationKind) -> tuple[MemberRole, ...]:
    """Return the roles of an organisation of this kind."""
    return tuple(role for role in MemberRole if role.value.split(".")[0] == kind.value)
