"""Conditions that must be true, now or within a time."""
import time


class Failed(Exception):
    """A condition is not true."""


def now_ms():
    return time.time_ns() // 1_000_000


def check(condition, text):
    if not condition:
        raise Failed(text)


def wait_for(what, test, timeout_s=20.0, every_s=0.1):
    """Waits until test() is true and returns its result; fails with its last result."""
    started = time.monotonic()
    while True:
        answer = test()
        if answer:
            print(f"after {time.monotonic() - started:.1f} s: {what}")
            return answer
        if time.monotonic() > started + timeout_s:
            raise Failed(f"not within {timeout_s:g} s: {what} (last answer: {answer!r})")
        time.sleep(every_s)
