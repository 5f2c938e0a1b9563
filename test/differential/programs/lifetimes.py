"""result_ttl and ttl of recurring jobs: results that expire before the next run, and jobs that may not wait long."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    zero, short, long, waits = (stage.id(name) for name in ("zero", "short", "long", "waits"))
    scheduler.schedule(stage.at(1), jobs.record, [zero], id=zero, interval=2, repeat=3, result_ttl=0)
    scheduler.schedule(stage.at(1), jobs.record, [short], id=short, interval=4, repeat=2, result_ttl=1)
    scheduler.schedule(stage.at(1), jobs.record, [long], id=long, interval=2, repeat=3, result_ttl=60)
    scheduler.schedule(stage.at(4), jobs.record, [waits], id=waits, interval=3, repeat=2, ttl=2)
    stage.see("registered", scheduler, zero, short, long, waits)
    stage.until_runs(long, 3)
    stage.until_runs(waits, 2)
    stage.until(11)
    stage.until_status(long, "finished")
    stage.see("over", scheduler, zero, short, long, ran=True)
    for token in (zero, short, long, waits):
        stage.ran(token)
