"""enqueue_at and enqueue_in: every keyword, naive and aware times, times that are over."""

from datetime import timedelta, timezone

import jobs


def program(stage):
    scheduler = stage.scheduler()
    full, late, aware, far, text = (stage.id(name) for name in ("full", "late", "aware", "far", "text"))
    options = {
        "timeout": "2m",
        "job_ttl": 900,
        "job_result_ttl": 700,
        "job_description": "all of them",
        "meta": {"owner": "me", "nested": [1, {"a": None}]},
        "queue_name": "low",
        "on_success": jobs.succeeded,
        "on_failure": jobs.failed,
    }
    scheduler.enqueue_at(stage.at(2), jobs.record, full, 1, "two", job_id=full, keyword=[3], **options)
    zoned = stage.at(4).replace(tzinfo=timezone.utc).astimezone(timezone(timedelta(hours=8)))
    scheduler.enqueue_at(zoned, jobs.record, aware, job_id=aware)
    scheduler.enqueue_at(stage.at(86400), "jobs.other", far, job_id=far, **options)
    unnamed = stage.alias(scheduler.enqueue_in(timedelta(days=2), jobs.record, stage.id("in"), x=None), "in")
    scheduler.enqueue_in(timedelta(seconds=9), "jobs.record", text, job_id=text, job_result_ttl=0)
    stage.see("scheduled", scheduler, far, unnamed.id, ran=True)  # enqueue_in counts from its call
    scheduler.enqueue_at(stage.at(-3600), jobs.record, late, job_id=late)
    stage.note("truthy", [far in scheduler, unnamed in scheduler, "nobody" in scheduler])
    for token in (full, late, aware, text):
        stage.until_runs(token, 1)
    stage.until_runs(full + "-succeeded", 1)
    stage.until_status(full, "finished")
    stage.until_status(late, "finished")
    stage.see("have run", scheduler, full, late, far, ran=True)
    for token in (full, late, aware, text, far, full + "-succeeded", full + "-failed"):
        stage.ran(token)
