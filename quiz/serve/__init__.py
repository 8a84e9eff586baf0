"""Our own guard: `python -m quiz.serve` checks, starts and restarts everything a running contest needs."""
