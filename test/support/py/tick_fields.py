"""tick_fields.py URL: what real RQ writes for the armed job of a series, and what it reads of the one that is stored.
On stdin `{"id": ..., "series": ..., "slot": ..., "queue": ..., "description": ..., "serializer": "pickle" | "json"}`."""

import json
import sys
import zlib

from redis import Redis
from rq.job import Job, JobStatus
from rq.serializers import DefaultSerializer, JSONSerializer


def fields(job):
    """As `Job.save` writes them, `data` as the call that it holds."""
    out = {name: str(getattr(value, "value", value)) for name, value in job.to_dict().items() if name != "data"}
    out["data"] = list(job.serializer.loads(zlib.decompress(job.to_dict()["data"])))
    return out


def main():
    connection = Redis.from_url(sys.argv[1])
    asked = json.load(sys.stdin)
    serializer = JSONSerializer if asked["serializer"] == "json" else DefaultSerializer
    made = Job.create(
        "rq_recurring.tick",
        args=(asked["series"], asked["slot"]),
        connection=connection,
        id=asked["id"],
        origin=asked["queue"],
        status=JobStatus.SCHEDULED,
        description=asked["description"],
        timeout=180,
        result_ttl=0,
        serializer=serializer,
    )
    made.retries_left = 3
    made.enqueue_at_front = True
    stored = Job.fetch(asked["id"], connection=connection, serializer=serializer)
    call = {"func": stored.func_name, "args": list(stored.args), "kwargs": stored.kwargs, "meta": stored.meta}
    print(json.dumps({"made": fields(made), "stored": fields(stored), "call": call}))


main()
