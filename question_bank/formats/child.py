"""The reading process: reads one file from its input within limits, writes the reading to its output.

Started by `guard` as `python -m question_bank.formats.child`. The first line of the input is the order, as JSON:
the format and the scale of difficulties; the rest is the file.
"""

from __future__ import annotations

import json
import resource
import sys

MOST_MEMORY = 768 * 2**20  # address space; 50,000 questions take about 400 MB
MOST_CPU_S = 15


def main() -> None:
    """Read what the input holds and write the reading as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Imported under the limits.
    from question_bank.formats.reading import Reading
    from question_bank.formats.table import FORMATS
    from question_bank.problems import Unreadable

    order = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        reading = FORMATS[order["format"]].read(content, order["scale"])
    except Unreadable as error:
        reading = Reading(problems=(error.problem,))
    sys.stdout.write(json.dumps(reading.as_dict()))


if __name__ == "__main__":
    main()
