"""seed.py URL: schedules the jobs described on stdin with the real rq-scheduler (or real RQ) and prints
`[{"id", "score"}]`, the score null where the call leaves none. Field names: see SeedJob in realParts.ts.
SCHEDULER_MODULE names another module whose Scheduler takes rq-scheduler's place."""

import importlib
import json
import os
import sys
from datetime import datetime, timedelta, timezone

from redis import Redis
from rq import Queue

LEGACY_KEY = "rq:scheduler:scheduled_jobs"


def resolve(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def given(spec, names):
    """{parameter: value} for those fields that the description has."""
    return {parameter: spec[field] for field, parameter in names.items() if field in spec}


def schedule(scheduler, connection, spec):
    call = spec["call"]
    args, kwargs = spec.get("args", []), spec.get("kwargs", {})
    func = resolve(spec["func"])
    queue = spec.get("queue", "default")
    # A naive datetime is UTC for rq-scheduler (SEMANTICS 1).
    at = datetime.fromtimestamp(spec["at"], timezone.utc).replace(tzinfo=None) if "at" in spec else None
    if call in ("enqueue_at", "enqueue_in"):
        options = given(
            spec,
            {
                "id": "job_id", "timeout": "timeout", "ttl": "job_ttl", "result_ttl": "job_result_ttl",
                "description": "job_description", "meta": "meta", "at_front": "at_front", "depends_on": "depends_on",
            },
        )
        when = at if call == "enqueue_at" else timedelta(seconds=spec["in"])
        return getattr(scheduler, call)(when, func, *args, queue_name=queue, **options, **kwargs)
    common = {
        "id": "id", "timeout": "timeout", "ttl": "ttl", "result_ttl": "result_ttl", "description": "description",
        "meta": "meta", "at_front": "at_front", "repeat": "repeat", "depends_on": "depends_on",
    }
    if call == "schedule":
        options = given(spec, {**common, "interval": "interval"})
        return scheduler.schedule(at, func, args=args, kwargs=kwargs, queue_name=queue, **options)
    if call == "cron":
        options = given(spec, {**common, "use_local_timezone": "use_local_timezone"})
        return scheduler.cron(spec["cron"], func, args=args, kwargs=kwargs, queue_name=queue, **options)
    options = given(
        spec,
        {
            "id": "job_id", "timeout": "job_timeout", "ttl": "ttl", "result_ttl": "result_ttl", "meta": "meta",
            "description": "description", "at_front": "at_front", "depends_on": "depends_on",
        },
    )
    native = Queue(queue, connection=connection)
    if call == "native_enqueue_at":
        return native.enqueue_at(
            datetime.fromtimestamp(spec["at"], timezone.utc), func, args=args, kwargs=kwargs, **options
        )
    if call == "native_enqueue":
        return native.enqueue(func, args=args, kwargs=kwargs, **options)
    raise SystemExit("unknown call: %s" % call)


def main():
    connection = Redis.from_url(sys.argv[1])
    module = importlib.import_module(os.environ.get("SCHEDULER_MODULE", "rq_scheduler"))
    scheduler = module.Scheduler(connection=connection)
    seeded = []
    for spec in json.load(sys.stdin):
        job = schedule(scheduler, connection, spec)
        key = LEGACY_KEY if not spec["call"].startswith("native") else "rq:scheduled:%s" % job.origin
        seeded.append({"id": job.id, "score": connection.zscore(key, job.id)})
    print(json.dumps(seeded))


main()
