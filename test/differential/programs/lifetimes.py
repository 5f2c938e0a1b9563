"""result_ttl of recurring jobs: results that expire before the next run, and those that do not."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    zero, short, long = (stage.id(name) for name in ("zero", "short", "long"))
    scheduler.schedule(stage.at(1), jobs.record, [zero], id=zero, interval=2, repeat=3, result_ttl=0)
    scheduler.schedule(stage.at(1), jobs.record, [short], id=short, interval=4, repeat=2, result_ttl=1)
    scheduler.schedule(stage.at(1), jobs.record, [long], id=long, interval=2, repeat=3, result_ttl=60)
    stage.see("registered", scheduler, zero, short, long)
    stage.until_runs(long, 3)
    stage.until(11)
    stage.until_status(long, "finished")
    stage.see("over", scheduler, zero, short, long, ran=True)
    for token in (zero, short, long):
        stage.ran(token)
