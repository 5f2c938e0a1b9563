"""An application that clears the schedule and registers its jobs at each start, while jobs run."""

import jobs


def start_application(stage, number, named):
    scheduler = stage.scheduler()
    for job in scheduler.get_jobs():
        scheduler.cancel(job)
    first = stage.at(3 * number + 2)
    ids = {"id": stage.id("a")} if named else {}
    scheduler.schedule(first, jobs.record, [stage.id("a"), number], interval=600, **ids)
    scheduler.schedule(first, jobs.record, [stage.id("b"), number], interval=600)
    scheduler.cron("0 0 1 1 *", jobs.record, [stage.id("c"), number], id=stage.id("c"))
    return scheduler


def program(stage):
    for number in range(3):
        scheduler = start_application(stage, number, named=number < 2)
        stage.note("count", scheduler.count())
        stage.note("args", sorted(list(job.args) for job in scheduler.get_jobs()))
        stage.until_runs(stage.id("a"), number + 1)
        stage.until_runs(stage.id("b"), number + 1)
        stage.until(3 * number + 3.5)
        stage.note("count later", scheduler.count())
    for name in ("a", "b"):
        runs = [run["args"] for run in stage.runs(stage.id(name))]
        stage.note("ran " + name, runs)
    for job in scheduler.get_jobs():
        scheduler.cancel(job)
