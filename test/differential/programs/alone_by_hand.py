"""enqueue_job, enqueue_jobs and get_jobs_to_queue, called beside whatever else schedules."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    now, series, cron, once = (stage.id(name) for name in ("now", "series", "cron", "once"))
    for token, extra in ((now, {"interval": 600}), (series, {"interval": 600, "repeat": 2})):
        scheduler.schedule(stage.at(86400), jobs.record, [token], id=token, **extra)
    scheduler.cron("0 0 1 1 *", jobs.record, [cron], id=cron, repeat=1)
    scheduler.enqueue_at(stage.at(86400), jobs.record, once, job_id=once)
    for job in list(scheduler.get_jobs()):
        stage.note("returns", scheduler.enqueue_job(job))
    for token in (now, series, cron, once):
        stage.until_runs(token, 1)
        stage.until_status(token, "finished")
    stage.see("enqueued", scheduler, now, series, cron, once, ran=True)
    series_job = next(job for job in scheduler.get_jobs() if job.id == series)
    scheduler.enqueue_job(series_job)
    stage.until_runs(series, 2)
    stage.until_status(series, "finished")
    stage.note("due", [job.id for job in scheduler.get_jobs_to_queue()])
    scheduler.enqueue_jobs()
    stage.until(4)
    stage.see("over", scheduler, now, series, cron, once, ran=True)
    for token in (now, series, cron, once):
        stage.ran(token)
    for job in scheduler.get_jobs():
        scheduler.cancel(job)
