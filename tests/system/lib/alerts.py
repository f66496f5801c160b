"""What a core logged of one object, and what mon events has of it."""
import json
import re


def subject(host, service):
    return f"{host};{service}" if service else host


def alerts(c, node, host, service, mark=""):
    """Alert lines of the object at that node since the test began, without time; `mark`: the expression of what stands at their end."""
    kind = "SERVICE ALERT" if service else "HOST ALERT"
    return re.findall(rf"^\[\d+\] ({kind}: {re.escape(subject(host, service))};.*?){mark}$", c.core_log(node), re.MULTILINE)


def history(c, node, host, service):
    """Alerts of the object in mon events since the test began, as a core logs them."""
    words = ["--host", host, "--json", "--limit", "10000"] + (["--service", service] if service else [])
    events = [json.loads(line) for line in c.run(node, "mon", "events", *words, timeout_s=30).splitlines()]
    return [as_logged(event) for event in events
            if (event["service"] or "") == service and event["type"] == "alert" and event["time_ms"] >= c.began_ms]


def as_logged(event):
    kind = "SERVICE" if event["service"] else "HOST"
    state = f"{event['state']};{event['state_type'].upper()};{event['attempt']}"
    return f"{kind} ALERT: {subject(event['host'], event['service'])};{state};{event['text']}"
