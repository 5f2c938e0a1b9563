"""cron: runs at the times of the expression, counts, and the time that follows."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    counted, endless = stage.id("counted"), stage.id("endless")
    scheduler.cron("*/3 * * * * * *", jobs.record, [counted], {"k": 1}, repeat=2, id=counted, meta={"m": 1})
    scheduler.cron("*/3 * * * * * *", jobs.record, [endless], id=endless, use_local_timezone=True)
    times = {job.id: when for job, when in scheduler.get_jobs(with_times=True)}
    for token in (counted, endless):
        stage.note("on a third second", [token in scheduler, times[token].second % 3])
    stage.until_runs(counted, 2)
    stage.until_runs(endless, 3)
    scheduler.cancel(endless)
    for token in (counted, endless):
        stage.until_status(token, "finished")
    stage.until(14)
    stage.see("over", scheduler, counted, endless, ran=True)
    for token in (counted, endless):
        for run in stage.runs(token)[:2]:
            stage.note("run", {key: run[key] for key in ("id", "func", "args", "kwargs", "queue")})
    stage.note("counted", len(stage.runs(counted)))
