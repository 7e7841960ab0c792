"""Words that two links need without knowing each other stay the same."""

from zhirong.chain.mode.vocabulary import RIGHT_KINDS
from zhirong.chain.right.kinds import KIND_TEXT


def test_kinds_of_rights_are_the_same_for_modes_and_rights():
    assert {kind.value: text for kind, text in KIND_TEXT.items()} == RIGHT_KINDS
