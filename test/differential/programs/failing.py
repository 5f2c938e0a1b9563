"""Jobs that fail, run too long, or die with their work horse go on; callbacks are called each time."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    fails, slow, dies, once, lasts = (stage.id(name) for name in ("fails", "slow", "dies", "once", "lasts"))
    scheduler.schedule(stage.at(1), jobs.fail, [fails], id=fails, interval=2, repeat=3, on_failure=jobs.failed)
    scheduler.schedule(stage.at(1), jobs.sleep, [slow, 5], id=slow, interval=3, repeat=2, timeout=1)
    scheduler.schedule(stage.at(1), jobs.die, [dies], id=dies, interval=3, repeat=2, queue_name="horse")
    scheduler.enqueue_at(stage.at(1), jobs.fail, once, job_id=once, on_failure=jobs.failed, on_success=jobs.succeeded)
    for token, runs in ((fails, 3), (slow, 2), (dies, 2), (once, 1)):
        stage.until_runs(token, runs)
        stage.until_status(token, "failed")
    scheduler.schedule(stage.at(10), jobs.record, [lasts], id=lasts, interval=2, repeat=2, on_success=jobs.succeeded)
    stage.until_runs(lasts + "-succeeded", 2)
    stage.until(14)
    stage.see("over", scheduler, fails, slow, dies, once, ran=True)
    for token in (fails, slow, dies, once, lasts):
        stage.ran(token)
    for token in (fails, once, lasts):
        stage.note("callbacks", [len(stage.runs(token + end)) for end in ("-succeeded", "-failed")])
