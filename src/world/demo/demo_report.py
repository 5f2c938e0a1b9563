"""Tells what became of jobs, as real RQ sees them: `demo_report.py URL ID [ID ...]`.

Prints a JSON list of `{"id", "status", "started"}`, started in epoch seconds or null.
"""

import json
import sys
from datetime import timezone

from redis import Redis
from rq.job import Job


def main() -> None:
    connection = Redis.from_url(sys.argv[1])
    rows = []
    for job_id in sys.argv[2:]:
        job = Job.fetch(job_id, connection=connection)
        started = job.started_at
        if started is not None and started.tzinfo is None:
            started = started.replace(tzinfo=timezone.utc)  # RQ 1 keeps naive UTC times
        status = job.get_status()
        rows.append(
            {
                "id": job_id,
                "status": getattr(status, "value", status),
                "started": None if started is None else started.timestamp(),
            }
        )
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
