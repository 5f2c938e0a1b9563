"""What a run does to its own schedule: cancels itself, by job, by id and after a failure; schedules another."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    by_job, by_id, failure, once, chain = (stage.id(n) for n in ("by-job", "by-id", "failure", "once", "chain"))
    scheduler.schedule(stage.at(1), jobs.cancel_own_job, [by_job, "job"], id=by_job, interval=4)
    scheduler.schedule(stage.at(1), jobs.cancel_own_job, [by_id, "id"], id=by_id, interval=4, repeat=5)
    scheduler.schedule(
        stage.at(1), jobs.fail, [failure], id=failure, interval=4, on_failure=jobs.cancel_after_failure
    )
    scheduler.enqueue_at(stage.at(1), jobs.cancel_own_job, once, "job", job_id=once)
    scheduler.enqueue_at(stage.at(1), jobs.follow_up, chain, 3, job_id=chain)
    for token in (by_job, by_id, failure, once, chain, chain + "-second"):
        stage.until_runs(token, 1)
    stage.until(11)
    stage.see("over", scheduler, by_job, by_id, once, ran=True)
    for token in (by_job, by_id, failure, once, chain, chain + "-second"):
        stage.ran(token)
