"""Tells when jobs ran, as real RQ sees them: `demo_report.py URL ID [ID ...]`.

Prints a JSON list of `{"id", "ran"}`: for each successful run, oldest first, when it ended, in epoch seconds.
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
        runs = [one for one in job.results() if one.type == one.Type.SUCCESSFUL]
        rows.append({"id": job_id, "ran": sorted(one.created_at.replace(tzinfo=timezone.utc).timestamp() for one in runs)})
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
