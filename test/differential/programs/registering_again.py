"""Registering under an id that is scheduled, runs, or has run: the last registration counts."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    same, sooner, kind, back = (stage.id(name) for name in ("same", "sooner", "kind", "back"))
    for _ in range(3):
        scheduler.schedule(stage.at(2), jobs.record, [same], id=same, interval=2, repeat=2, meta={"a": 1})
    scheduler.schedule(stage.at(86400), jobs.record, [sooner, "old"], id=sooner, interval=600, timeout=50)
    scheduler.schedule(stage.at(2), jobs.other, [sooner, "new"], id=sooner, interval=700, queue_name="low")
    scheduler.schedule(stage.at(86400), jobs.record, [kind], id=kind, interval=600, meta={"lost": 1})
    scheduler.enqueue_at(stage.at(2), jobs.record, kind, "once", job_id=kind)
    scheduler.enqueue_at(stage.at(86400), jobs.record, back, job_id=back, queue_name="low")
    scheduler.schedule(stage.at(3), jobs.record, [back, "series"], id=back, interval=600)
    stage.see("before", scheduler, same, sooner, kind, back)
    for token, runs in ((same, 2), (sooner, 1), (kind, 1), (back, 1)):
        stage.until_runs(token, runs)
        stage.until_status(token, "finished")
    stage.until(6)
    stage.see("after", scheduler, same, sooner, kind, back, ran=True)
    scheduler.schedule(stage.at(7), jobs.record, [same, "again"], id=same, interval=2, repeat=2)
    scheduler.cron("0 0 1 1 *", jobs.record, [sooner, "cron"], id=sooner)
    during = stage.id("during")
    scheduler.schedule(stage.at(6), jobs.sleep, [during, 4], id=during, interval=600, queue_name="later")
    stage.until_runs(during, 1)
    scheduler.schedule(stage.at(14), jobs.record, [during, "new"], id=during, interval=600, queue_name="later")
    stage.until_runs(during, 2)
    stage.until_runs(same, 4)
    for token in (during, same):
        stage.until_status(token, "finished")
    stage.until(17)
    stage.see("over", scheduler, same, sooner, kind, back, during, ran=True)
    for token in (same, sooner, kind, back, during):
        stage.ran(token)
