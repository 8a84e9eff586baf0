"""The organizer's desk: what runs now, signing in by invitation, people, units, and what was done here."""

from __future__ import annotations

from flask import Blueprint

desk = Blueprint("desk", __name__, url_prefix="/desk")
