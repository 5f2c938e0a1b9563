"""What the programs of ../programs run on: ids and times of their own, and a record of what they see and what ran."""

import json
import time
from datetime import datetime, timezone

from rq.exceptions import NoSuchJobError
from rq.job import Job

RUNS = "test:runs"


class Stage:
    """One program's place in a database that several programs share.

    ``start`` is the epoch second from which all times count. Only jobs whose id begins with the program's name, and
    those it has named with ``alias``, are recorded.
    """

    def __init__(self, name, scheduler_class, connection, start):
        self.name = name
        self.connection = connection
        self.start = start
        self.events = []
        self._scheduler_class = scheduler_class
        self._aliases = {}
        self._lines = []

    def scheduler(self, queue_name="default", **options):
        return self._scheduler_class(queue_name, connection=self.connection, **options)

    def id(self, name):
        """An id of this program's own; also the first argument by which the runs of a job are told apart."""
        return "{}-{}".format(self.name, name)

    def alias(self, job, name):
        """A job whose id the library made up, under a name that is the same in every run."""
        self._aliases[job.id] = self.id(name)
        return job

    def at(self, seconds):
        """That many seconds from the start, as the naive UTC datetime that rq-scheduler takes."""
        return datetime.fromtimestamp(self.start + seconds, timezone.utc).replace(tzinfo=None)

    def until(self, seconds):
        """Wait until that many seconds from the start have passed."""
        time.sleep(max(0.0, self.start + seconds - time.time()))

    def runs(self, token):
        self._lines += [json.loads(line) for line in self.connection.lrange(RUNS, len(self._lines), -1)]
        return [line for line in self._lines if line["token"] == token]

    def until_runs(self, token, count, patience=25):
        """Wait until ``count`` runs have begun; what is missing after that shows in the record."""
        end = time.time() + patience
        while len(self.runs(token)) < count and time.time() < end:
            time.sleep(0.2)

    def until_status(self, job_id, status, patience=15):
        end = time.time() + patience
        while time.time() < end:
            raw = self.connection.hget(Job.key_for(job_id), "status")
            if raw is not None and raw.decode() == status:
                return
            time.sleep(0.1)

    def note(self, label, value):
        self.events.append({"step": label, "value": value})

    def error(self, label, call):
        """Record which exception a call raises."""
        try:
            call()
            self.note(label, None)
        except Exception as error:
            self.note(label, type(error).__name__)

    def see(self, label, scheduler, *job_ids, ran=False):
        """Record what the program sees of these jobs. ``ran``: some have run, so that their next times drift."""
        times = {}
        for job, when in scheduler.get_jobs(with_times=True):
            name = self._aliases.get(job.id, job.id)
            if name.startswith(self.name + "-"):
                times[name] = round(when.replace(tzinfo=timezone.utc).timestamp() - self.start)
        listed = {name: {"about" if ran else "at": at} for name, at in times.items()}
        jobs = {self._aliases.get(one, one): self._view(scheduler, one) for one in job_ids}
        self.events.append({"step": label, "order": [] if ran else list(times), "listed": listed, "jobs": jobs})

    def ran(self, token, first=None):
        """Record the runs of a job: all of them, or of an endless one the first so many."""
        runs = self.runs(token)
        shown = runs if first is None else runs[:first]
        self.events.append({"step": "ran " + token, "runs": [self._run(run) for run in shown]})

    def _run(self, run):
        line = dict(run, id=self._aliases.get(run["id"], run["id"]))
        line["about"] = round(line.pop("at") - self.start)
        # The next occurrence may have counted on before a late run reads it.
        line["meta"] = {key: value for key, value in run.get("meta", {}).items() if key != "repeat"}
        return line

    def _view(self, scheduler, job_id):
        view = {"in": job_id in scheduler}
        try:
            job = Job.fetch(job_id, connection=self.connection)
        except NoSuchJobError:
            return dict(view, job=None)
        status = job.get_status()
        # rq-scheduler 0.13 stores no status with a job that has not been enqueued yet.
        status = "scheduled" if status is None else getattr(status, "value", status)
        return dict(
            view,
            job={
                "func": job.func_name,
                "args": list(job.args),
                "args_type": type(job.args).__name__,
                "kwargs": job.kwargs,
                "meta": job.meta,
                "description": job.description,
                "timeout": job.timeout,
                "result_ttl": job.result_ttl,
                "ttl": job.ttl,
                "queue": job.origin,
                "front": bool(job.enqueue_at_front),
                "status": status,
                "depends_on": list(job._dependency_ids),
                "success": job._success_callback_name,
                "failure": job._failure_callback_name,
                "expires": self.connection.ttl(job.key) > 0,
                "result": job.return_value() if hasattr(job, "return_value") else job.result,
            },
        )
