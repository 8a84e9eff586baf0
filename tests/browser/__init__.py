"""A real Chromium against a real server: what a person on a phone sees."""
