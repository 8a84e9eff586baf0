"""The question bank at the desk: upload a file, look at what it holds, take it, take it back, find questions."""

from __future__ import annotations

from flask import Blueprint

bank_desk = Blueprint("bank", __name__, url_prefix="/desk/bank")
