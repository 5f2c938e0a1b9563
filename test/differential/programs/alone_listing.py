"""count and get_jobs over the whole schedule: until, with_times, offset and length, several queues and Schedulers."""

from datetime import timedelta, timezone

import jobs


def program(stage):
    first, second = stage.scheduler("first"), stage.scheduler(queue_name="second", interval=5)
    for number in range(6):
        token = stage.id("job-{}".format(number))
        first.enqueue_at(stage.at(3600 * (number + 1)), jobs.record, token, job_id=token)
    for number in range(3):
        token = stage.id("series-{}".format(number))
        second.schedule(stage.at(3600 * (number + 1) + 1800), jobs.record, [token], id=token, interval=60)
    tied = [stage.id(name) for name in ("tie-b", "tie-a", "tie-c")]
    for token in tied:
        first.enqueue_at(stage.at(90000), jobs.record, token, job_id=token)
    epoch = int(stage.start)
    untils = {
        "none": None,
        "datetime": stage.at(3 * 3600),
        "aware": stage.at(3 * 3600).replace(tzinfo=timezone.utc),
        "delta": timedelta(hours=2, minutes=45),
        "epoch": epoch + 3600,
        "float": epoch + 3600.5,
        "zero": 0,
    }
    for scheduler in (first, second):
        for name, until in untils.items():
            stage.note("count " + name, scheduler.count(until))
            stage.note("jobs " + name, [job.id for job in scheduler.get_jobs(until)])
        for offset, length in ((0, 2), (2, 3), (8, 100), (100, 1), (0, 0)):
            stage.note("slice", [job.id for job in scheduler.get_jobs(offset=offset, length=length)])
        stage.error("offset alone", lambda: list(scheduler.get_jobs(offset=1)))
        pairs = list(scheduler.get_jobs(until=stage.at(7200), with_times=True))
        stage.note("times", [[job.id, (when - stage.at(0)).total_seconds(), when.tzinfo] for job, when in pairs])
        stage.note("due", [job.id for job in scheduler.get_jobs_to_queue()])
    stage.note("rest", {type(job).__name__ for job in first.get_jobs()} == {"Job"})
    for job in second.get_jobs():
        second.cancel(job)
    stage.note("cleared", [first.count(), list(first.get_jobs())])
