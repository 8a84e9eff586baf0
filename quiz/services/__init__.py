"""Use cases: each loads, decides, stores and announces in one transaction, and returns plain values."""
