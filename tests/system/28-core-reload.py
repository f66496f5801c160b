# A core is reloaded (SIGHUP) twice: the other nodes run its checks meanwhile and return them, no check is late, and the core keeps its process id.
# F08 I4
import time

from cluster import check, cluster, main, now_ms, wait_for


def reloads(c):
    return c.read("peer02", "/var/log/nagios4/nagios.log").count("Caught SIGHUP")


def test():
    with cluster() as c:
        pid = c.run("peer02", "cat", "/run/nagios4/nagios4.pid").strip()
        before = c.owners()
        since = now_ms()
        time.sleep(c.interval)
        for _ in range(2):
            seen = reloads(c)
            c.kill("peer02", "core", "HUP")
            wait_for("the core reloads", lambda: reloads(c) > seen, 10)
            time.sleep(2)
            c.wait_settled(timeout_s=45)
        time.sleep(c.interval)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 2000, f"a check waited {longest} ms")
        check(c.run("peer02", "cat", "/run/nagios4/nagios4.pid").strip() == pid, "the core is another process than before")
        check(c.owners() == before, "not everyone has the same hosts as before")


main(test)
