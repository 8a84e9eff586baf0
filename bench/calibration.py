"""`python -m bench.calibration`: calibrates simulated answers; exits 1 where a promise is not kept.

400,000 answers of 20,000 people, 20 of 200 questions each, true difficulties and abilities standard normal.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from question_bank.calibration import calibrate

PEOPLE, QUESTIONS, EACH, SEEDS = 20_000, 200, 20, 5
CPU_S, MEMORY_MB, ERROR = 10.0, 300.0, 0.07  # ceilings; the error is in standard deviations of ability


def main() -> int:
    """Print one row a seed and the means."""
    errors, seconds = [], []
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        truth, abilities = random.normal(size=QUESTIONS), random.normal(size=PEOPLE)
        people = np.repeat(np.arange(PEOPLE), EACH)
        items = random.random((PEOPLE, QUESTIONS)).argsort(1)[:, :EACH].ravel()
        right = random.random(people.size) < 1 / (1 + np.exp(-(abilities[people] - truth[items])))
        begun = time.process_time()
        found = calibrate(people, items, right)
        seconds.append(time.process_time() - begun)
        errors.append(float(np.sqrt(np.mean((found.difficulties - truth) ** 2))))
        sys.stdout.write(
            f"seed {seed}: error {errors[-1]:.4f}, slope {found.slope:.4f}, {seconds[-1]:.2f} s\n"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    error, longest = sum(errors) / SEEDS, max(seconds)
    sys.stdout.write(
        f"{PEOPLE * EACH} answers: root mean square error {error:.4f} (≤ {ERROR}), processor time at most "
        f"{longest:.2f} s (≤ {CPU_S}), peak memory {peak:.0f} MB (≤ {MEMORY_MB})\n"
    )
    return 0 if error <= ERROR and longest <= CPU_S and peak <= MEMORY_MB else 1


if __name__ == "__main__":
    sys.exit(main())
