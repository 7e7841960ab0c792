"""The three administrations: system, security, audit. One person may have only one of them."""
