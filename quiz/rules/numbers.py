"""Exact numbers: rounding as the rules state it, and numbers as they are printed."""

from __future__ import annotations

from fractions import Fraction

Exact = int | Fraction  # whole numbers as integers: several times cheaper to reckon with


def plain(value: Exact) -> Exact:
    """Return a number as an integer where it is whole."""
    return value.numerator if value.denominator == 1 else value


def reaches(value: Exact, least: Exact) -> bool:
    """Return whether a number is at least another: what `>=` says, in integers alone."""
    return value.numerator * least.denominator >= least.numerator * value.denominator


def whole(value: Exact, rounding: str) -> int:
    """Round to a whole number: half_up (away from zero), half_even, or down (towards zero)."""
    return whole_times(value, ONE, rounding)


ONE = Fraction(1)


def whole_times(value: Exact, unit: Fraction, rounding: str) -> int:
    """Return how many units a value is, rounded to a whole number, in integers alone."""
    above, below = value.numerator * unit.denominator, value.denominator * unit.numerator
    size, rest = divmod(abs(above), below)
    if not rest:
        return -size if above < 0 else size
    match rounding:
        case "half_up":
            size += 2 * rest >= below
        case "half_even":
            size += 2 * rest > below or (2 * rest == below and size % 2)
        case "down":
            pass
        case _:
            raise ValueError(f"no such rounding: {rounding}")
    return -size if above < 0 else size


def rounded(value: Fraction, digits: int, rounding: str) -> Fraction:
    """Round to so many digits after the point."""
    scale = 10**digits
    return Fraction(whole(value * scale, rounding), scale)


def fixed(value: Fraction, digits: int) -> str:
    """Print a number that has at most so many digits after the point with exactly that many."""
    scaled = value * 10**digits
    if scaled.denominator != 1:
        raise ValueError(f"{value} has more than {digits} digits after the point")
    size = str(abs(scaled.numerator)).rjust(digits + 1, "0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{size[:-digits]}.{size[-digits:]}" if digits else sign + size


def shortest(value: Fraction) -> str:
    """Print a number exactly and as short as possible: "75", "0.5", "245/3"."""
    as_fraction = str(value)
    digits = _digits_of(value.denominator)
    if digits is None:
        return as_fraction
    as_decimal = fixed(value, digits)
    return as_decimal if len(as_decimal) <= len(as_fraction) else as_fraction


def readable(value: Fraction) -> str:
    """Print a number exactly for people: as a decimal where it ends, else as a fraction."""
    digits = _digits_of(value.denominator)
    return str(value) if digits is None else fixed(value, digits)


def digits_of_point(point: Fraction) -> int:
    """Return how many digits after the point whole numbers of `point` need; 1 → 0, 1/10 → 1."""
    digits = _digits_of(point.denominator)
    if digits is None:
        raise ValueError(f"{point} is no decimal")
    return digits


def _digits_of(denominator: int) -> int | None:
    """Return how many decimal digits a fraction with this denominator has, None when they never end."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None
