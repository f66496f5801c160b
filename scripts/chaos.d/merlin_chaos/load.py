"""The load besides the nodes' checks: results and commands by pipe, and problems that start and end."""
import os
import random
import threading
import time

from lab_client import now_ms

PIPE = "/var/lib/nagios4/rw/nagios.cmd"
ACKNOWLEDGED = "svc02"
TROUBLED_SERVICE = "svc01"
PROBLEM_S = (25, 60)
WELL_S = (15, 40)
NOTE_EVERY_S = 5
DOWNTIME_S = 7200


def give(c, node, command):
    """Submits the command; whether the node's core was running to receive it."""
    try:
        pipe = os.open(c.path(node, PIPE), os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        os.write(pipe, f"[{int(time.time())}] {command}\n".encode())
    except OSError:
        return False
    finally:
        os.close(pipe)
    return True


class Load:
    """Runs in threads between start() and stop(), and records what it did."""

    def __init__(self, c, record, seed, rate, passive):
        self.c, self.record, self.rate = c, record, rate
        self.seed = seed
        self.services = [f"passive{number:02d}" for number in range(1, passive + 1)]
        self.calm = [host for host in c.host_names() if host not in record.troubled]
        self.ended = threading.Event()
        self.problems_ended = threading.Event()
        self.threads = [threading.Thread(target=work) for work in (self.results, self.operators)]
        self.threads += [threading.Thread(target=self.problem, args=(number, host)) for number, host in enumerate(record.troubled)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def end_problems(self):
        self.problems_ended.set()

    def stop(self):
        self.end_problems()
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def results(self):
        random_ = random.Random(f"{self.seed} results")
        begun = time.monotonic()
        number, round_ = 0, []
        while not self.ended.wait(max(0.0, begun + number / self.rate - time.monotonic())):
            number += 1
            if not round_:  # each service in turn, so that a result lasts long enough to be seen
                round_ = [(host, service) for host in self.c.host_names() for service in self.services]
                random_.shuffle(round_)
            node, (host, service) = random_.choice(self.c.nodes), round_.pop()
            state = random_.choice((0, 0, 1, 2)) if host in self.record.troubled else 0
            when = now_ms()
            if give(self.c, node, f"PROCESS_SERVICE_CHECK_RESULT;{host};{service};{state};result {number}"):
                self.record.sent.append([number, node, host, service, when])

    def problem(self, number, host):
        """One service of a troubled host fails again and again for a while; another one fails for the acknowledgement."""
        random_ = random.Random(f"{self.seed} {host}")
        if number == 0:
            self.c.lab("flag", f"{host};{ACKNOWLEDGED}", "critical", "to be acknowledged")
        while not self.problems_ended.wait(random_.uniform(*WELL_S)):
            since = now_ms()
            self.c.lab("flag", f"{host};{TROUBLED_SERVICE}", "critical", "made by chaos")
            self.problems_ended.wait(random_.uniform(*PROBLEM_S))
            self.c.lab("flag", f"{host};{TROUBLED_SERVICE}", "ok")
            self.record.problems.append([host, TROUBLED_SERVICE, since, now_ms()])

    def operators(self):
        random_ = random.Random(f"{self.seed} operators")
        number = 0
        while not self.ended.wait(NOTE_EVERY_S):
            number += 1
            node, host, service = random_.choice(self.c.nodes), random_.choice(self.calm), random_.choice(self.services)
            kind = "downtime" if number % 3 == 0 else "comment"
            text, when = f"{kind} {number} of chaos", now_ms()
            command = f"ADD_SVC_COMMENT;{host};{service};1;somebody;{text}"
            if kind == "downtime":
                begin = int(time.time())
                command = f"SCHEDULE_SVC_DOWNTIME;{host};{service};{begin};{begin + DOWNTIME_S};1;0;{DOWNTIME_S};somebody;{text}"
            if give(self.c, node, command):
                self.record.notes.append([kind, text, node, when])
            self.acknowledge(random_.choice(self.c.nodes))

    def acknowledge(self, node):
        """Acknowledges once, as soon as the node's core shows the problem."""
        if self.record.acknowledged or not self.record.troubled:
            return
        host = self.record.troubled[0]
        try:
            shown = self.c.status_dat(node).get((host, ACKNOWLEDGED), {})
        except OSError:
            return
        text = "acknowledgement of chaos"
        if shown.get("current_state") == "2" and shown.get("state_type") == "1":
            when = now_ms()
            if give(self.c, node, f"ACKNOWLEDGE_SVC_PROBLEM;{host};{ACKNOWLEDGED};2;0;1;somebody;{text}"):
                self.record.notes.append(["acknowledgement", text, node, when])
                self.record.acknowledged.append(f"{host};{ACKNOWLEDGED}")
