"""change_execution_time: sooner, later, of recurring and of other jobs, of what is not scheduled."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    sooner, later, once, cron = (stage.id(name) for name in ("sooner", "later", "once", "cron"))
    far = stage.at(86400)
    a = scheduler.schedule(far, jobs.record, [sooner], id=sooner, interval=600)
    b = scheduler.schedule(stage.at(2), jobs.record, [later], id=later, interval=2, repeat=2)
    c = scheduler.enqueue_at(far, jobs.record, once, job_id=once)
    d = scheduler.cron("0 0 1 1 *", jobs.record, [cron], id=cron)
    for job, seconds in ((a, 3), (b, 5), (c, 3), (d, 4)):
        stage.note("returns", scheduler.change_execution_time(job, stage.at(seconds)))
    stage.see("moved", scheduler, sooner, later, once, cron)
    gone = scheduler.enqueue_at(far, jobs.record, stage.id("gone"), job_id=stage.id("gone"))
    scheduler.cancel(gone)
    stage.error("not scheduled", lambda: scheduler.change_execution_time(gone, far))
    for token, runs in ((sooner, 1), (later, 2), (once, 1), (cron, 1)):
        stage.until_runs(token, runs)
        stage.until_status(token, "finished")
    stage.until(10)
    stage.error("has run", lambda: scheduler.change_execution_time(c, far))
    stage.see("over", scheduler, sooner, later, once, cron, ran=True)
    for token in (sooner, later, once, cron):
        stage.ran(token)
