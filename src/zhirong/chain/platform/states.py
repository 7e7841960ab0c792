"""The states of background jobs and file imports, and the kinds of messages."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions


class JobState(StrEnum):
    """The state of a background job. FAILED: it failed on its last allowed attempt."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


JOB_WORDS: Mapping[JobState, Text] = {
    JobState.WAITING: Text("等待", "waiting"),
    JobState.RUNNING: Text("进行中", "running"),
    JobState.DONE: Text("已完成", "done"),
    JobState.FAILED: Text("失败", "failed"),
}

JOB_TRANSITIONS = Transitions(
    Text("后台任务", "job"),
    JOB_WORDS,
    frozenset({JobState.WAITING}),
    {
        JobState.WAITING: frozenset({JobState.RUNNING}),
        JobState.RUNNING: frozenset({JobState.WAITING, JobState.DONE, JobState.FAILED}),
    },
)


class ImportState(StrEnum):
    """The state of the import of a long file. PREVIEW: it waits for someone to confirm. REFUSED: the file cannot be
    used.
    """

    READING = "reading"
    PREVIEW = "preview"
    KEEPING = "keeping"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


IMPORT_WORDS: Mapping[ImportState, Text] = {
    ImportState.READING: Text("正在读取", "reading"),
    ImportState.PREVIEW: Text("待确认", "waiting for confirmation"),
    ImportState.KEEPING: Text("正在录入", "importing"),
    ImportState.DONE: Text("已完成", "done"),
    ImportState.REFUSED: Text("文件不能使用", "the file cannot be used"),
    ImportState.CANCELLED: Text("已取消", "cancelled"),
    ImportState.EXPIRED: Text("逾期未确认", "not confirmed in time"),
}

IMPORT_TRANSITIONS = Transitions(
    Text("导入", "import"),
    IMPORT_WORDS,
    frozenset({ImportState.READING}),
    {
        ImportState.READING: frozenset(
            {ImportState.PREVIEW, ImportState.DONE, ImportState.REFUSED, ImportState.CANCELLED}
        ),
        ImportState.PREVIEW: frozenset({ImportState.KEEPING, ImportState.CANCELLED, ImportState.EXPIRED}),
        ImportState.KEEPING: frozenset({ImportState.DONE, ImportState.CANCELLED}),
    },
)
IMPORTS_OPEN = (ImportState.READING, ImportState.PREVIEW, ImportState.KEEPING)


class ImportKind(StrEnum):
    """The content of an imported file."""

    RIGHTS = "rights"
    STATEMENTS = "statements"


IMPORT_KIND_WORDS: Mapping[ImportKind, Text] = {
    ImportKind.RIGHTS: Text("权利清单", "list of rights"),
    ImportKind.STATEMENTS: Text("银行流水", "bank statement"),
}


class MessageKind(StrEnum):
    """The type of a message. Only a question and an objection need an answer."""

    QUESTION = "question"
    OBJECTION = "objection"
    NOTE = "note"


MESSAGE_KIND_WORDS: Mapping[MessageKind, Text] = {
    MessageKind.QUESTION: Text("提问", "question"),
    MessageKind.OBJECTION: Text("异议", "objection"),
    MessageKind.NOTE: Text("备注", "note"),
}
