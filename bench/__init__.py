"""Measurements and chaos: whole servers under load, and what they cost."""
