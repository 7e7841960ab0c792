"""The three administrations: of the system, of security, of the audit. One person has one of them."""
