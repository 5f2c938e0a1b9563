"""schedule with interval and repeat: how many runs follow, and what the meta counts down to."""

import jobs


def program(stage):
    scheduler = stage.scheduler()
    finite = {"zero": 0, "one": 1, "two": 2, "three": 3}
    for name, repeat in finite.items():
        token = stage.id(name)
        scheduler.schedule(stage.at(1), jobs.record, [token], id=token, interval=2, repeat=repeat)
    endless = {"none": None, "negative": -1}
    for name, repeat in endless.items():
        token = stage.id(name)
        scheduler.schedule(stage.at(1), jobs.record, [token], id=token, interval=2, repeat=repeat)
    once, zero_interval = stage.id("once"), stage.id("interval-zero")
    scheduler.schedule(stage.at(1), jobs.record, [once], id=once)
    scheduler.schedule(stage.at(1), jobs.record, [zero_interval], id=zero_interval, interval=0)
    tokens = [stage.id(name) for name in [*finite, *endless]] + [once, zero_interval]
    stage.see("registered", scheduler, *tokens)
    stage.error("repeat needs an interval", lambda: scheduler.schedule(stage.at(1), jobs.record, repeat=2))
    stopped = {}
    for token in tokens[4:6]:
        stage.until_runs(token, 3)
        scheduler.cancel(token)
        stopped[token] = len(stage.runs(token))
    stage.until_runs(tokens[3], 3)
    for token in tokens:
        stage.until_status(token, "finished")
    stage.until(13)
    stage.see("all over", scheduler, *(tokens[:4] + tokens[6:]), ran=True)
    for token in tokens:
        stage.ran(token, first=3)
    for token in tokens[4:6]:
        stage.note("ended " + token, len(stage.runs(token)) <= stopped[token] + 1)
