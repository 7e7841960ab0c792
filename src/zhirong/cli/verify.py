"""``zhirong verify``: verify a receipt of the register offline, without database or network."""

import argparse

from zhirong.cli.files import print_json, read_binary, read_text

_EXIT = {"holds": 0, "fails": 1, "undecided": 2}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options: the receipt and the data to check it against."""
    parser.add_argument("receipt", metavar="RECEIPT", help="登记机构出具的回执 / the receipt from the register")
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        action="append",
        default=[],
        help="另行取得的检查点，可多次 / a checkpoint from another source; may be repeated",
    )
    parser.add_argument(
        "--key",
        metavar="FILE",
        action="append",
        default=[],
        help="登记机构或见证人公布的公钥，可多次 / published keys of the register or of witnesses; may be repeated",
    )
    parser.add_argument(
        "--disclosure",
        metavar="FILE",
        action="append",
        default=[],
        help="权利人的披露文件，可多次 / disclosed by the holder; may be repeated",
    )
    parser.add_argument(
        "--tsa",
        metavar="FILE",
        action="append",
        default=[],
        help="时间戳机构的根证书（PEM），可多次 / root certificates of time-stamping authorities; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="机器可读 / for programs")


def run(options: argparse.Namespace) -> int:
    """Return 0 if everything is valid, 1 if something is false, 2 if undecided. Raises InputError if a file cannot
    be used.
    """
    from zhirong.evidence.identity import read_disclosure
    from zhirong.evidence.keys import read_keys
    from zhirong.evidence.receipts import read_checkpoint_file, read_receipt
    from zhirong.evidence.timestamps import read_roots
    from zhirong.evidence.verify import verify_receipt

    receipt = read_receipt(read_binary(options.receipt), options.receipt)
    keys = [key for path in options.key for key in read_keys(read_text(path), path)]
    checkpoints = [(path, read_checkpoint_file(read_binary(path), path)) for path in options.checkpoint]
    disclosures = [(path, read_disclosure(read_binary(path), path)) for path in options.disclosure]
    roots = [one for path in options.tsa for one in read_roots(read_binary(path), path)]
    verification = verify_receipt(receipt, checkpoints, keys, disclosures, roots)
    if options.json:
        print_json(verification.as_json())
    else:
        print(verification.as_text(options.lang))
    return _EXIT[verification.verdict]
