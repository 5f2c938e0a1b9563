"""Run inside a copy of fixtures/projects/flask-subscriptions: uses the application as its clients do and
prints what it answered. Argument: epoch seconds for a reminder."""

import json
import sys

sys.path.insert(0, ".")

from app import create_app  # noqa: E402

client = create_app().test_client()
created = client.post("/subscriptions", json={"name": "新闻", "url": "http://localhost/feed", "minutes": 30})
gone = client.post("/subscriptions", json={"name": "天气", "url": "http://localhost/weather"})
deleted = client.delete("/subscriptions/%d" % gone.get_json()["id"])
reminder = client.post("/reminders", json={"user": "li", "text": "开会", "at": float(sys.argv[1])})
print(
    json.dumps(
        {
            "health": client.get("/health").get_json(),
            "created": created.get_json(),
            "deleted": deleted.get_json(),
            "reminder": reminder.get_json()["id"],
            "queue": client.get("/queue").get_json(),
        }
    )
)
