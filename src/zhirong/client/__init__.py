"""A typed client of the platform's API. It knows HTTP and nothing of the platform's inside.

with Client("https://ipf.example.cn", token) as zhirong:
    page = zhirong.lists.lender_cases(state="submitted")
    case = page.rows[0]
    done = zhirong.case.accept(case["id"], version=case["version"], officer=7)
"""

from zhirong.client.api import Client
from zhirong.client.transport import ApiError, BulkRow, Done, FieldProblem, Page, Version

__all__ = ["ApiError", "BulkRow", "Client", "Done", "FieldProblem", "Page", "Version"]
