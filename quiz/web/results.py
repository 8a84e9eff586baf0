"""What came of it, as pages: one attempt's result, and the boards."""

from __future__ import annotations

from flask import Blueprint

results = Blueprint("results", __name__)
