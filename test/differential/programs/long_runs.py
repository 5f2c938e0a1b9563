"""Runs that take longer than the interval: none is left out, they overlap."""

import jobs


def program(stage):
    scheduler = stage.scheduler("two")
    token = stage.id("overlaps")
    scheduler.schedule(stage.at(1), jobs.sleep, [token, 3], id=token, interval=2, repeat=3)
    stage.until_runs(token, 1)
    stage.note("listed while running", token in scheduler)
    stage.until_runs(token, 3)
    stage.until(17)
    stage.see("over", scheduler, token, ran=True)
    stage.ran(token)
