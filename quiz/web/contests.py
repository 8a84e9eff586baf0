"""Contests at the desk: write the rules, publish them, watch the numbers, export the boards."""

from __future__ import annotations

from flask import Blueprint

contest_desk = Blueprint("contests", __name__, url_prefix="/desk/contests")
