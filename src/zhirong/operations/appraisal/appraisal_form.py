"""The appraiser's input: form fields, or an uploaded file with the ``[appraisal]`` table of a case file."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.appraisal.request import REDEPLOYABILITY_TEXT
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.money import MoneyError, parse_yuan
from zhirong.kernel.provenance import EVIDENCE_TEXT
from zhirong.kernel.text import Text
from zhirong.operations.fields import IN_YUAN, Ask, Request
from zhirong.operations.plausibility import TermDay
from zhirong.operations.uploads import Ticket

_GRADES = tuple((grade.value, words) for grade, words in EVIDENCE_TEXT.items())
_THREE = Text("一个数，或“低 / 最可能 / 高”三个数", "one figure, or three: low / most likely / high")
_SEPARATORS = "/／"
_MOST = 200


def _typed(name: str) -> Callable[[Any, Any], Any]:
    """Return a function that gives the previous input of a field, with which the form starts."""
    return lambda actor, row: None if row is None else row.input.get("form", {}).get(name)


def _ask(name: str, zh: str, en: str, note: Text = _THREE, **more: Any) -> Ask:
    return Ask(Text(zh, en), note, start=_typed(name), **more)


def _grade(name: str, zh: str, en: str) -> Ask:
    return _ask(name, f"{zh}：证据", f"{en}: evidence", Text("", ""), choices=_GRADES)


Figure = Annotated[str, Field(max_length=_MOST)]
Grade = str
Source = Annotated[str, Field(max_length=500)]


class AppraisalInput(Request):
    """The methods and their figures. A file replaces the fields, and so does ``table``, for programs."""

    table: Annotated[dict[str, Any] | None, Ask(Text("评估表", "Table"), only=lambda actor, row: False)] = None
    file: Annotated[
        Ticket | None,
        Ask(
            Text("评估表文件（TOML）", "File of the methods (TOML)"),
            Text(
                "适用于任何方法，格式见手册“评估”；上传文件后无需填写以下各栏",
                "Any method: the [appraisal] table described in the manual. The fields below are then not needed.",
            ),
            widget="file",
        ),
    ] = None
    redeployability: Annotated[
        str,
        _ask(
            "redeployability",
            "可转用性",
            "Usable by other firms",
            Text("", ""),
            choices=tuple((name, words) for name, words in REDEPLOYABILITY_TEXT.items()),
        ),
    ] = ""
    contract_end: Annotated[
        TermDay | None,
        _ask(
            "contract_end",
            "合同终止日",
            "Contract end date",
            Text(
                "仅在合同先于法定保护期终止收益时填写",
                "only if a contract ends the income before legal protection does",
            ),
        ),
    ] = None
    revenue: Annotated[
        Figure, IN_YUAN, _ask("revenue", "许可费节省法：首年收入", "Relief from royalty: revenue, first year")
    ] = ""
    revenue_grade: Annotated[Grade, _grade("revenue_grade", "首年收入", "Revenue")] = ""
    growth: Annotated[Figure, _ask("growth", "年增长率", "Annual growth")] = ""
    growth_grade: Annotated[Grade, _grade("growth_grade", "年增长率", "Growth")] = ""
    royalty_rate: Annotated[Figure, _ask("royalty_rate", "许可费率", "Royalty rate")] = ""
    royalty_rate_grade: Annotated[Grade, _grade("royalty_rate_grade", "许可费率", "Royalty rate")] = ""
    discount_rate: Annotated[Figure, _ask("discount_rate", "折现率", "Discount rate")] = ""
    discount_rate_grade: Annotated[Grade, _grade("discount_rate_grade", "折现率", "Discount rate")] = ""
    economic_life: Annotated[Figure, _ask("economic_life", "经济寿命（年）", "Economic life (years)")] = ""
    economic_life_grade: Annotated[Grade, _grade("economic_life_grade", "经济寿命", "Economic life")] = ""
    tax_rate: Annotated[Figure, _ask("tax_rate", "所得税率", "Tax rate", Text("如 15%", "such as 15%"))] = ""
    income_source: Annotated[
        Source,
        _ask("income_source", "收益法资料来源", "Sources for the income approach", Text("", ""), widget="area"),
    ] = ""
    cost: Annotated[
        Figure, IN_YUAN, _ask("cost", "成本法：重置或复原成本", "Cost approach: reproduction or replacement cost")
    ] = ""
    cost_grade: Annotated[Grade, _grade("cost_grade", "成本", "Cost")] = ""
    functional_obsolescence: Annotated[
        Figure, _ask("functional_obsolescence", "功能性贬值率", "Functional obsolescence")
    ] = ""
    economic_obsolescence: Annotated[
        Figure, _ask("economic_obsolescence", "经济性贬值率", "Economic obsolescence")
    ] = ""
    obsolescence_grade: Annotated[Grade, _grade("obsolescence_grade", "贬值率", "Obsolescence")] = ""
    cost_source: Annotated[
        Source, _ask("cost_source", "成本法资料来源", "Sources for the cost approach", Text("", ""), widget="area")
    ] = ""


_INCOME = ("revenue", "growth", "royalty_rate", "discount_rate", "economic_life")
_COST = ("functional_obsolescence", "economic_obsolescence")
_NAMES = {"revenue": "first_year_revenue"}


def typed(request: AppraisalInput) -> dict[str, Any]:
    """Return the content of the fields, with which the form starts the next time."""
    return request.model_dump(mode="json", exclude={"table", "file"}, exclude_defaults=True)


def table_of_file(text: str, name: str) -> dict[str, Any]:
    """Read the ``[appraisal]`` table of a file, which may be a complete case file. Raises InputError if the file
    has none.
    """
    table = parse_toml(text, name)
    found = table.get("appraisal", table if "method" in table else None)
    if not isinstance(found, dict):
        raise InputError(
            [
                Problem(
                    "file",
                    name,
                    Text("文件中没有评估内容", "the file has no [appraisal] table"),
                    Text("请按手册“评估”的格式填写（表名 appraisal）", "add the table as described in the manual"),
                    "no_appraisal",
                )
            ]
        )
    return found


def table_of_form(request: AppraisalInput) -> dict[str, Any]:
    """Convert the fields into a table. Raises InputError with every field that cannot be read."""
    problems: list[Problem] = []
    table: dict[str, Any] = {"method": []}
    if request.redeployability:
        table["redeployability"] = request.redeployability
    if request.contract_end is not None:
        table["contract_end"] = request.contract_end
    if any(getattr(request, name) for name in (*_INCOME, "tax_rate")):
        table["method"].append(_income(request, problems))
    if any(getattr(request, name) for name in ("cost", *_COST)):
        table["method"].append(_cost(request, problems))
    if not table["method"]:
        problems.append(
            Problem(
                "file",
                "",
                Text("未填写任何方法", "no method entered"),
                Text(
                    "请填写收益法或成本法各栏，或上传评估表文件",
                    "complete the income or cost fields, or upload a file",
                ),
                "no_method",
            )
        )
    if problems:
        raise InputError(problems)
    return table


def _income(request: AppraisalInput, problems: list[Problem]) -> dict[str, Any]:
    method: dict[str, Any] = {"method": "relief_from_royalty", "id": "income", "tax_basis": "after_tax"}
    method["convention"] = "mid_year"
    for name in _INCOME:
        kind = {"revenue": "yuan", "economic_life": "number"}.get(name, "rate")
        grade = getattr(request, f"{name}_grade")
        figure = _figure(name, getattr(request, name), kind, grade, request.income_source, problems)
        method[_NAMES.get(name, name)] = figure
    points = _points("tax_rate", request.tax_rate, "rate", problems)
    if len(points) > 1:
        problems.append(_not_a_figure("tax_rate", request.tax_rate))
    method["tax_rate"] = points[0] if points else Decimal(0)
    return method


def _cost(request: AppraisalInput, problems: list[Problem]) -> dict[str, Any]:
    cost = _figure("cost", request.cost, "yuan", request.cost_grade, request.cost_source, problems)
    method: dict[str, Any] = {
        "method": "cost",
        "id": "cost",
        "basis": "reproduction",
        "obsolescence": "multiplied",
        "item": [{"label": {"zh": "复原重置成本", "en": "reproduction or replacement cost"}, **cost}],
    }
    for name in _COST:
        grade = request.obsolescence_grade
        method[name] = _figure(name, getattr(request, name), "rate", grade, request.cost_source, problems)
    return method


def _figure(name: str, written: str, kind: str, grade: str, source: str, problems: list[Problem]) -> dict[str, Any]:
    points = _points(name, written, kind, problems)
    if not grade:
        problems.append(
            Problem(
                f"{name}_grade" if name not in _COST else "obsolescence_grade",
                "",
                Text("未填写证据等级", "the evidence grade is missing"),
                Text(
                    "请选择证据等级；没有依据的选“假设”", "choose a grade; choose 'assumed' if there is no evidence"
                ),
                "missing",
            )
        )
    figure: dict[str, Any] = {"grade": grade, "source": source} if source else {"grade": grade}
    if len(points) == 1:
        return {**figure, "value": points[0]}
    return {**figure, **dict(zip(("low", "mode", "high"), points, strict=False))}


def _points(name: str, written: str, kind: str, problems: list[Problem]) -> list[Any]:
    """Read the one figure or the three figures of a field."""
    text = written
    for separator in _SEPARATORS:
        text = text.replace(separator, "/")
    parts = [part.strip() for part in text.split("/")]
    found: list[Any] = []
    for part in parts:
        point = _point(part, kind)
        if point is None:
            problems.append(_not_a_figure(name, written))
            return []
        found.append(point)
    if len(found) not in (1, 3):
        problems.append(_not_a_figure(name, written))
    return found


def _point(part: str, kind: str) -> Any:
    if kind == "yuan":
        try:
            return Decimal(parse_yuan(part)) / 100
        except MoneyError:
            return None
    scale = Decimal(100) if part.endswith(("%", "％")) else Decimal(1)
    try:
        return Decimal(part.rstrip("%％ ")) / scale
    except ArithmeticError:  # no number, or one beyond what decimal arithmetic holds
        return None


def _not_a_figure(name: str, written: str) -> Problem:
    return Problem(
        name,
        written,
        Text("无法识别为一个数或三个数", "must be one figure or three"),
        Text(
            "请按以下格式填写：900万 / 1000万 / 1200万 或 3% / 5% / 7%",
            "enter for example 9000000 / 10000000 / 12000000, or 3% / 5% / 7%",
        ),
        "not_a_figure",
    )


def in_fields(problems: tuple[Problem, ...]) -> list[Problem]:
    """Rename the engine's problems to the names of the form's fields, so that each is shown next to its field."""
    names = {value: key for key, value in _NAMES.items()}
    placed = []
    for one in problems:
        parts = one.field.replace("]", "").split(".")
        inner = next((part for part in parts if names.get(part, part) in AppraisalInput.model_fields), "")
        field = names.get(inner, inner) or one.field
        placed.append(Problem(field, one.value, one.reason, one.hint, one.code))
    return placed
