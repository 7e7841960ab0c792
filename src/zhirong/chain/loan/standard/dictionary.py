"""The values that the standard's data dictionary allows, under every name that its versions gave them.

Facts: ACTUS data dictionary (actusfrf/actus-dictionary), terms of type Enum; signs of the roles: technical
specification, contract role sign convention.
"""

from collections.abc import Mapping

# R(CNTRL): 1 for the side that receives what the contract pays, -1 for the side that owes it. In a guarantee the
# obligee (OBL) is covered, as a buyer is, and the guarantor (GUA) pays, as a seller does.
ROLE_SIGNS: Mapping[str, int] = {
    **dict.fromkeys(("RPA", "LG", "BUY", "RFL", "RF", "COL", "CLO", "CNO", "OBL", "UDL", "UDLP"), 1),
    **dict.fromkeys(("RPL", "ST", "SEL", "PFL", "PF", "GUA", "UDLM"), -1),
}

CALENDARS = {
    "NC": "NC",
    "NOCALENDAR": "NC",
    "MF": "MF",
    "MONDAYTOFRIDAY": "MF",
    "CC": "CC",
    "CUSTOM": "CC",
    "CUSTOMCALENDAR": "CC",
}

BUSINESS_DAYS = {word: word for word in ("SCF", "SCMF", "CSF", "CSMF", "SCP", "SCMP", "CSP", "CSMP")} | {
    "NOS": "NOS",
    "NOSHIFT": "NOS",
}

END_OF_MONTH = {"SD": "SD", "SAMEDAY": "SD", "EOM": "EOM", "EM": "EOM", "ENDOFMONTH": "EOM"}

DAY_COUNTS = {
    word: name
    for name, words in {
        "AA": ("AA", "A/A", "AAISDA", "A/AISDA"),
        "A360": ("A360", "A/360"),
        "A365": ("A365", "A/365"),
        "A336": ("A336", "A/336"),
        "30E360": ("30E360", "30E/360"),
        "30E360ISDA": ("30E360ISDA", "30E/360ISDA"),
        "28E336": ("28E336", "28E/336"),
        "B252": ("B252", "B/252", "BUS252", "BUS/252"),
    }.items()
    for word in words
}

FEE_BASES = {"A": "A", "N": "N"}
INTEREST_BASES = {"NT": "NT", "NTIED": "NTIED", "NTL": "NTL"}
SCALINGS = {
    "OOO": "OOO",
    "000": "OOO",
    "IOO": "IOO",
    "I00": "IOO",
    "ONO": "ONO",
    "0N0": "ONO",
    "INO": "INO",
    "IN0": "INO",
}
PREPAYMENT_EFFECTS = {"N": "N", "A": "A", "M": "M"}
PENALTIES = {"O": "O", "A": "A", "N": "N", "I": "I"}
EXPOSURES = {"NO": "NO", "NI": "NI", "MV": "MV"}
CREDIT_EVENTS = {"DL": "DL", "DQ": "DQ", "DF": "DF"}
DIRECTIONS = {"INC": "INC", "DEC": "DEC"}
RATE_KINDS = {"F": "FIX", "FIX": "FIX", "V": "VAR", "VAR": "VAR"}

# How files write a term that is not set; the standard's own texts use NULL.
BLANKS = frozenset({"", "NULL", "NONE", "NIL", "NAN", "NA", "N/A"})
