"""What a function keeps in its job's meta is there in the next run; so is what the application changes between runs."""

from rq.job import Job

import jobs


def program(stage):
    scheduler = stage.scheduler()
    kept, saved, edited, plain = (stage.id(name) for name in ("kept", "saved", "edited", "plain"))
    scheduler.schedule(stage.at(1), jobs.count_in_meta, [kept], id=kept, interval=3, repeat=3, meta={"own": 1})
    scheduler.schedule(stage.at(1), jobs.save_job_whole, [saved], id=saved, interval=3, repeat=3)
    scheduler.schedule(stage.at(4), jobs.record, [edited], id=edited, interval=2, repeat=2, meta={"v": 1})
    scheduler.enqueue_at(stage.at(4), jobs.record, plain, job_id=plain, meta={"v": 1})
    for token in (edited, plain):
        job = Job.fetch(token, connection=stage.connection)
        job.meta["v"] = 2
        job.save_meta()
    job = next(job for job in scheduler.get_jobs() if job.id == edited)
    stage.note("listed meta", job.meta)
    for token, runs in ((kept, 3), (saved, 3), (edited, 2), (plain, 1)):
        stage.until_runs(token, runs)
        stage.until_status(token, "finished")
    stage.until(12)
    stage.see("over", scheduler, kept, saved, edited, plain, ran=True)
    for token in (kept, saved, edited, plain):
        stage.ran(token)
