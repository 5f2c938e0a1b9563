"""What is done to jobs that are due while their only worker is busy: none is lost, none runs twice."""

import jobs


def program(stage):
    scheduler = stage.scheduler("one")
    blocker = stage.id("blocker")
    scheduler.enqueue_at(stage.at(0), jobs.sleep, blocker, 6, job_id=blocker)
    stage.until_runs(blocker, 1)
    names = ("cancelled", "replaced", "once-replaced", "moved", "left", "once-left", "last")
    cancelled, replaced, once_replaced, moved, left, once_left, last = tokens = [stage.id(name) for name in names]
    for token in (cancelled, replaced, moved, left):
        scheduler.schedule(stage.at(1), jobs.record, [token, "first"], id=token, interval=600)
    for token in (once_replaced, once_left):
        scheduler.enqueue_at(stage.at(1), jobs.record, token, "first", job_id=token)
    scheduler.schedule(stage.at(1), jobs.record, [last, "first"], id=last, interval=600, repeat=1)
    expires = stage.id("expires")
    scheduler.schedule(stage.at(1), jobs.record, [expires], id=expires, interval=600, ttl=1)
    stage.until(4)
    listed = {job.id for job in scheduler.get_jobs()}
    stage.note("listed while queued", sorted(listed.intersection(tokens)))
    scheduler.cancel(cancelled)
    scheduler.schedule(stage.at(10), jobs.record, [replaced, "second"], id=replaced, interval=600)
    scheduler.schedule(stage.at(10), jobs.record, [once_replaced, "second"], id=once_replaced, interval=600)
    job = next((job for job in scheduler.get_jobs() if job.id == moved), None)
    if job is not None:
        scheduler.change_execution_time(job, stage.at(10))
    for token, runs in zip(tokens, (1, 2, 2, 2, 1, 1, 1)):
        stage.until_runs(token, runs)
        stage.until_status(token, "finished")
    stage.until(14)
    stage.see("over", scheduler, *tokens, ran=True)
    stage.note("goes on after its run expired", expires in scheduler)
    for token in tokens:
        stage.ran(token)
    first = sorted((stage.runs(token)[0]["at"], token) for token in tokens if stage.runs(token))
    stage.note("order", [token for _, token in first])
