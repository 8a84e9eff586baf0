"""Numbers as a spreadsheet shows them, where the number format changes what a person reads."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

BUILT_IN = {1: "0", 2: "0.00", 9: "0%", 10: "0.00%", 12: "# ?/?", 13: "# ??/??"}
PERCENT = re.compile(r"0(?:\.(0+))?\s*%")
DECIMALS = re.compile(r"[#,]*0\.(0+)(?:_.)?")
LEADING_ZEROS = re.compile(r"00+")
FRACTION = re.compile(r"#?\s*(\?+)/(\?+|\d+)")


def shown(value: Decimal, number_format: str) -> str:
    """Return a number as text: whole numbers without a point, percentages, fractions and zeros as formatted.

    A format that would round is not followed: nothing that was typed is lost.
    """
    plain = number_format.split(";")[0].replace("\\", "").replace('"', "").strip()
    if found := PERCENT.fullmatch(plain):
        return f"{_padded(value * 100, len(found[1] or ''))}%"
    if found := DECIMALS.fullmatch(plain):
        return _padded(value, len(found[1]))
    if LEADING_ZEROS.fullmatch(plain) and value == value.to_integral_value() and value >= 0:
        return f"{int(value):0{len(plain)}d}"
    if found := FRACTION.fullmatch(plain):
        return _fraction(Fraction(value), found[2])
    return _padded(value, 0)


def _padded(value: Decimal, decimals: int) -> str:
    text = f"{value.normalize():f}"
    whole, _, digits = text.partition(".")
    digits = digits.ljust(decimals, "0")
    return f"{whole}.{digits}" if digits else whole


def _fraction(value: Fraction, below: str) -> str:
    if below.isdigit():
        return f"{round(value * int(below))}/{below}"
    near = value.limit_denominator(10 ** len(below) - 1)
    whole, rest = divmod(abs(near), 1)
    sign = "-" if near < 0 else ""
    if not rest:
        return f"{sign}{whole}"
    part = f"{rest.numerator}/{rest.denominator}"
    return f"{sign}{whole} {part}" if whole else f"{sign}{part}"
