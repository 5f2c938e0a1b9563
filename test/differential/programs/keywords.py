"""schedule and cron with every keyword; numbers as text and as float; generated ids and descriptions."""

import jobs


def program(stage):
    scheduler = stage.scheduler("high")
    far = stage.at(86400)
    options = {
        "kwargs": {"name": "Zoë", "func": 1, "interval": 9},
        "result_ttl": 800,
        "ttl": 900,
        "timeout": "1h",
        "description": "with everything",
        "queue_name": "low",
        "meta": {"mine": True},
        "on_success": jobs.succeeded,
        "on_failure": jobs.failed,
        "at_front": True,
    }
    ids = [stage.id(name) for name in ("interval", "cron", "local", "once")]
    scheduler.schedule(far, jobs.record, [ids[0], (1, 2)], interval=3600, repeat=5, id=ids[0], **options)
    scheduler.cron("0 0 1 1 *", jobs.record, [ids[1]], id=ids[1], repeat=7, use_local_timezone=False, **options)
    scheduler.cron("0 0 1 1 *", jobs.record, [ids[2]], id=ids[2], use_local_timezone=True, result_ttl=None)
    scheduler.schedule(far, jobs.record, [ids[3]], id=ids[3], **options)
    plain = stage.alias(scheduler.schedule(stage.at(90000), jobs.record, interval=60.9, timeout=90), "plain")
    text = stage.alias(scheduler.schedule(scheduled_time=stage.at(90010), func="jobs.record", interval="60", repeat="3"), "text")
    cron = stage.alias(scheduler.cron("30 12 24 12 *", func=jobs.record), "cron-plain")
    tuples = stage.alias(scheduler.schedule(stage.at(90020), jobs.record, args=("a", "b"), interval=60, result_ttl=0), "tuple")
    front = stage.id("front")
    scheduler.enqueue_at(stage.at(90030), jobs.record, front, job_id=front, at_front=True)
    stage.see("registered", scheduler, *ids, front, plain.id, text.id, cron.id, tuples.id)
    returned = scheduler.schedule(far, jobs.record, ["x"], interval=60, meta={"k": "v"}, id=stage.id("returned"))
    stage.note("returned", [returned.id, returned.origin, returned.meta, returned.args, returned.description])
    stage.error("bad cron", lambda: scheduler.cron("61 * * * *", jobs.record))
    stage.error("bad timeout", lambda: scheduler.schedule(far, jobs.record, interval=5, timeout="soon"))
    stage.error("bad callback", lambda: scheduler.enqueue_at(far, jobs.record, on_success=3))
