"""depends_on: a due job waits for the job it depends on; one that has finished lets it run."""

import time

from rq import Queue

import jobs


def program(stage):
    scheduler = stage.scheduler()
    queue = Queue("default", connection=stage.connection)
    slow, done, held, free, text, series = (stage.id(n) for n in ("slow", "done", "held", "free", "text", "series"))
    queue.enqueue(jobs.record, done, job_id=done)
    stage.until_status(done, "finished")
    parent = queue.enqueue(jobs.sleep, slow, stage.start + 8 - time.time(), job_id=slow)
    scheduler.enqueue_at(stage.at(1), jobs.record, held, job_id=held, depends_on=parent)
    scheduler.enqueue_at(stage.at(1), jobs.record, free, job_id=free, depends_on=done)
    scheduler.schedule(stage.at(1), jobs.record, [text], id=text, depends_on=slow, queue_name="low")
    scheduler.schedule(stage.at(1), jobs.record, [series], id=series, depends_on=done, interval=2, repeat=2)
    stage.see("registered", scheduler, held, free, text, series)
    stage.until_runs(free, 1)
    stage.note("held back", [len(stage.runs(held)), len(stage.runs(text))])
    for token, runs in ((held, 1), (text, 1), (series, 2)):
        stage.until_runs(token, runs)
        stage.until_status(token, "finished")
    stage.until(12)
    stage.see("over", scheduler, held, free, text, series, ran=True)
    for token in (held, free, text, series):
        stage.ran(token)
