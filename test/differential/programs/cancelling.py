"""cancel: by id, by job, of what is not there, twice, and then registering again."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    by_id, by_job, once, cron = (stage.id(name) for name in ("by-id", "by-job", "once", "cron"))
    scheduler.schedule(stage.at(3), jobs.record, [by_id], id=by_id, interval=2)
    job = scheduler.schedule(stage.at(3), jobs.record, [by_job], id=by_job, interval=2)
    scheduler.enqueue_at(stage.at(3), jobs.record, once, job_id=once)
    scheduler.cron("0 0 1 1 *", jobs.record, [cron], id=cron)
    stage.see("before", scheduler, by_id, by_job, once, cron)
    for one in (by_id, job, once, cron):
        stage.note("returns", scheduler.cancel(one))
        scheduler.cancel(one)
    stage.note("unknown", scheduler.cancel("nobody"))
    stage.see("cancelled", scheduler, by_id, by_job, once, cron)
    again = stage.id("again")
    scheduler.schedule(stage.at(1), jobs.record, [again], id=again, interval=600)
    scheduler.cancel(again)
    scheduler.schedule(stage.at(2), jobs.record, [again, "new"], id=again, interval=600)
    stage.until_runs(again, 1)
    running = stage.id("running")
    scheduler.schedule(stage.at(4), jobs.sleep, [running, 2], id=running, interval=5)
    stage.until_runs(running, 1)
    scheduler.cancel(running)
    stage.until_status(running, "finished")
    stage.until(10)
    stage.see("over", scheduler, again, running, ran=True)
    for token in (by_id, by_job, once, again, running):
        stage.ran(token)
