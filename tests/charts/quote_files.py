"""A real case for charts."""

from pathlib import Path

CASE = Path(__file__).resolve().parents[2] / "src" / "zhirong" / "cases" / "xixian-jingshuixing" / "case.toml"
