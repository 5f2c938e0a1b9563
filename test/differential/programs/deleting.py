"""job.delete() ends a schedule, before and after runs; RQ's job.cancel() of a recurring job does not."""

from rq.job import Job

import jobs


def program(stage):
    scheduler = stage.scheduler()
    names = ("waiting", "once", "cron", "has-run", "cancel", "cancel-once", "own")
    waiting, once, cron, has_run, cancel, cancel_once, own = tokens = [stage.id(name) for name in names]
    scheduler.schedule(stage.at(3), jobs.record, [waiting], id=waiting, interval=2)
    scheduler.enqueue_at(stage.at(3), jobs.record, once, job_id=once)
    scheduler.schedule(stage.at(1), jobs.record, [has_run], id=has_run, interval=6)
    scheduler.schedule(stage.at(3), jobs.record, [cancel], id=cancel, interval=2, repeat=2)
    scheduler.enqueue_at(stage.at(4), jobs.record, cancel_once, job_id=cancel_once)
    scheduler.schedule(stage.at(2), jobs.delete_own_job, [own], id=own, interval=2)
    fetch = lambda job_id: Job.fetch(job_id, connection=stage.connection)
    for token in (waiting, once):
        fetch(token).delete()
    stage.see("deleted", scheduler, waiting, once)
    scheduler.cron("*/2 * * * * * *", jobs.record, [cron], id=cron)
    fetch(cancel).cancel()
    fetch(cancel_once).cancel()
    stage.note("cancelled by RQ", [cancel in scheduler, cancel_once in scheduler])
    stage.until_runs(has_run, 1)
    stage.until_status(has_run, "finished")
    fetch(has_run).delete()
    stage.until_runs(cron, 1)
    stage.until_status(cron, "finished")
    fetch(cron).delete()
    before = len(stage.runs(cron))
    stage.until_runs(cancel, 2)
    stage.until_runs(cancel_once, 1, patience=3)
    stage.until(13)
    stage.see("over", scheduler, *tokens, ran=True)
    stage.note("cron goes on", len(stage.runs(cron)) > before + 1)
    for token in (waiting, once, has_run, cancel, cancel_once, own):
        stage.ran(token)
