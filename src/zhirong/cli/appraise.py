"""``zhirong appraise``: appraise one case or a list of rights, or back-test on historical maintenance data."""

import argparse
import csv
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhirong.cli.files import print_answer, read_toml, unwritable
from zhirong.cli.option_values import read_day, read_rows
from zhirong.cli.outputs import safe_cells
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

if TYPE_CHECKING:
    from zhirong.chain.appraisal.screening import Backtest

EXIT_NO_VALUE = 1
BACKTEST = "backtest"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "case",
        nargs="?",
        metavar="CASE.toml",
        help=f"案件文件，或 {BACKTEST}（docs/zh/reference/appraisal.md）"
        f" / case file, or {BACKTEST} (docs/en/reference/appraisal.md)",
    )
    parser.add_argument(
        "data", nargs="?", metavar="DATA", help=f"{BACKTEST}：维持数据 CSV / maintenance data as CSV"
    )
    parser.add_argument(
        "--method", action="append", metavar="NAME", help="仅用该方法，可重复 / only this method, repeatable"
    )
    parser.add_argument("--deals", metavar="FILE", help="可比交易表 CSV / table of comparable deals as CSV")
    parser.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    parser.add_argument("--explain", action="store_true", help="列明每个数值的计算依据 / explain every number")
    parser.add_argument("--docx", metavar="FILE", help="另存 Word 评估报告 / save the report as Word")
    parser.add_argument("--pdf", metavar="FILE", help="另存 PDF 评估报告 / save the report as PDF")
    parser.add_argument(
        "--sign",
        metavar="FILE",
        help="机构签章：正式评估（docs/zh/reference/appraisal-practice.md） / the agency's signature: a formal appraisal",
    )
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        help=f"{BACKTEST}：仅使用截至该日已知的数据；批量：规则的日期 / back-test: what was known then; batch: day of the rules",
    )
    parser.add_argument(
        "--observed-to", metavar="DAY", help=f"{BACKTEST}：数据观察截止日 / last day of observation"
    )
    parser.add_argument("--batch", metavar="RIGHTS", help="批量：权利清单 CSV 或 Parquet / a list of rights")
    parser.add_argument(
        "--out",
        metavar="VALUES",
        help="批量：结果写到 CSV 或 Parquet；回测：逐件预测写到 CSV / output file of values or forecasts",
    )
    parser.add_argument("--seed", type=int, default=1, help="批量：种子 / seed of the batch")
    parser.add_argument("--paths", type=int, default=1_000, help="批量：每项权利的模拟次数 / simulations per right")
    parser.add_argument("--workers", type=int, metavar="N", help="批量：进程数 / processes (default: CPUs)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="批量：Dask 集群地址 / address of a Dask cluster")


def run(options: argparse.Namespace) -> int:
    """Run the command. Returns 1 if a case has no value, so that a script can tell."""
    if options.batch:
        from zhirong.cli.appraise_batch import run_batch

        return run_batch(options)
    if options.case is None:
        raise _missing(
            "CASE.toml",
            "没有案件文件",
            "the case file is missing",
            "请指定案件文件，或使用 --batch",
            "name a case file, or use --batch",
        )
    if options.case == BACKTEST:
        return _backtest(options)
    return _case(options)


# -- one case -----------------------------------------------------------------------------------------------------


def _case(options: argparse.Namespace) -> int:
    from zhirong.chain.appraisal import NoValue, appraise
    from zhirong.chain.appraisal.case import only_methods, read_appraisal_case
    from zhirong.chain.appraisal.document import appraisal_document, no_value_part
    from zhirong.kernel.document import to_json
    from zhirong.kernel.rulebook_files import load_rulebook

    table = read_toml(options.case)
    if options.deals:
        _add_deals(table, options.deals)
    case = read_appraisal_case(table, options.case)
    request = only_methods(case.request, tuple(options.method)) if options.method else case.request
    found = appraise(request, case.rights, load_rulebook(), case.as_of)
    if not isinstance(found, NoValue) and (options.docx or options.pdf):
        from zhirong.cli.appraise_report import write_reports

        # Documents first: if one cannot be written, nothing on the screen may suggest that it was.
        write_reports(table, case, found, options)
    document = no_value_part(found) if isinstance(found, NoValue) else appraisal_document(found)
    if options.json:
        print_answer(to_json(document))
    else:
        from zhirong.cli.appraise_screen import show

        show(document, options.lang, explain=options.explain)
    return EXIT_NO_VALUE if isinstance(found, NoValue) else 0


def _add_deals(table: dict[str, Any], path: str) -> None:
    from zhirong.chain.appraisal.market import deal_table

    methods = table.get("appraisal", {}).get("method", [])
    wanted = [method for method in methods if method.get("method") == "comparable_transactions"]
    if not wanted:
        raise _missing(
            "--deals",
            "本案没有可比交易法",
            "the case has no method of comparable transactions",
            '请添加 method = "comparable_transactions"',
            'add method = "comparable_transactions"',
        )
    rows = [deal_table(row) for row in read_rows(path)]
    for method in wanted:
        method["deal"] = [*method.get("deal", []), *rows]


# -- back-test ----------------------------------------------------------------------------------------------------


def _backtest(options: argparse.Namespace) -> int:
    from zhirong.chain.appraisal.maintenance import read_applications, survival_after_filing
    from zhirong.chain.appraisal.renewal import fit_returns
    from zhirong.chain.appraisal.screening import backtest
    from zhirong.kernel.rulebook_files import load_rulebook

    if options.data is None:
        raise _missing(
            "DATA", "没有数据文件", "the data file is missing", "请填写 CSV 文件的路径", "name the CSV file"
        )
    if find_spec("lifelines") is None:
        raise _missing(
            BACKTEST,
            "未安装生存分析库",
            "the survival library is not installed",
            "请安装 zhirong[survival]",
            "install zhirong[survival]",
        )
    day = read_day("--as-of", options.as_of, date(2008, 12, 31))
    observed_to = read_day("--observed-to", options.observed_to, date(2017, 12, 31))
    applications, debris = read_applications(read_rows(options.data))
    try:
        survival = survival_after_filing(applications, observed_to, range(3, 17))
        tested = backtest(applications, day, observed_to)
    except ValueError as error:
        problem = Problem(
            "--as-of",
            day.isoformat(),
            Text(f"无法回测：{error}", f"cannot be back-tested: {error}"),
            Text("请更换日期，或核对数据", "choose another date, or check the data"),
            "no_backtest",
        )
        raise InputError([problem], options.data) from error
    rules, today = load_rulebook(), date(2026, 1, 1)  # the current schedule of fees is used
    schedule = rules.at("right.annual_fee.invention", today).value
    years = [year for year in survival.years if 6 <= year <= 16]
    fees = [next(float(row["yuan"]) for row in schedule if row["from"] <= year <= row["to"]) for year in years]
    decay = float(rules.at("appraisal.renewal.returns", today).value["decay"])
    kept = [survival.in_force[survival.years.index(year)] for year in years]
    returns = fit_returns(years, kept, fees, decay)
    answer: dict[str, Any] = {
        "applications": len(applications),
        "rows_without_number_or_day": debris,
        "observed_to": observed_to.isoformat(),
        "survival": survival.as_json(),
        "backtest": {
            "as_of": day.isoformat(),
            "right_years_learnt_from": tested.learnt_years,
            "lapses_learnt_from": tested.learnt_lapses,
            "horizons": [
                {
                    "years": horizon.years,
                    "to": horizon.day.isoformat(),
                    "rights": horizon.rights,
                    "left_out_as_expiring": horizon.left_out,
                    "kept": f"{horizon.kept:.4f}",
                    "model": horizon.model.as_json(),
                    "age_only": horizon.age_only.as_json(),
                }
                for horizon in tested.horizons
            ],
            "weights_on_lapse": {name: f"{weight:.4f}" for name, weight in tested.weights},
        },
        "renewal_returns": {"mu": f"{returns.mu:.4f}", "sigma": f"{returns.sigma:.4f}", "decay": f"{decay:g}"},
    }
    if options.out:
        _write_screened(options.out, tested)
    if options.json:
        print_answer(answer)
    else:
        from zhirong.cli.appraise_screen import show_backtest

        show_backtest(answer, options.lang)
    return 0


def _write_screened(path: str, tested: "Backtest") -> None:
    """Write every right at every horizon as CSV, the likeliest to be maintained first."""
    try:
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["application", "as_of", "years", "forecast", "age_only", "kept"])
            for horizon in tested.horizons:
                for one in horizon.screened:
                    shown = [f"{one.forecast:.6f}", f"{one.age_only:.6f}", int(one.kept)]
                    writer.writerow(safe_cells([one.number, tested.day.isoformat(), horizon.years, *shown]))
    except OSError as error:
        raise unwritable(path, error) from error


def _missing(field: str, zh: str, en: str, hint_zh: str, hint_en: str) -> InputError:
    return InputError([Problem(field, "", Text(zh, en), Text(hint_zh, hint_en), "missing")])
