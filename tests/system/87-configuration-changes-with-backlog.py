# Two nodes get a new object configuration while rows wait for a third that is cut off, and the third gets it just when it receives these rows: every row arrives, the new hosts are checked once, and all nodes agree.
# F10 F63 I1 I4 I7
import time

from cluster import check, cluster, main, now_ms, wait_for
from judging import check_one_owner_each
from nodefiles import reload_core
from operators import command, texts, tidy, wait_shown

FILE = "/etc/nagios4/conf.d/extra.cfg"
EXTRA = ("extra01", "extra02")
CUT, OTHERS = "peer03", ["peer01", "peer02"]
COMMENTS = 60


def put_in_place(c, node):
    c.write(node, FILE, "".join(f"define host {{\n  use lab-host\n  host_name {name}\n  address 198.18.250.{number}\n  hostgroups lab\n}}\n"
                                for number, name in enumerate(EXTRA, 1)))
    reload_core(c, node)


def take_away(c, node):
    c.run(node, "rm", FILE)
    reload_core(c, node)


def test():
    with cluster() as c:
        tidy(c)
        since = now_ms()
        c.lab("cut", CUT)
        wait_for(f"{CUT} is away", lambda: not any(c.is_active(node, CUT) for node in OTHERS), 15)
        for number in range(COMMENTS):
            command(c, OTHERS[number % 2], f"ADD_SVC_COMMENT;host{number + 1:04d};svc01;1;anna;number {number}")
        for node in OTHERS:
            put_in_place(c, node)
        c.wait_settled(OTHERS, hosts=c.hosts + len(EXTRA))
        command(c, OTHERS[0], "ADD_HOST_COMMENT;extra01;1;anna;of a new host", "DISABLE_HOST_NOTIFICATIONS;extra02")
        wait_shown(c, "the two show it", lambda picture: len(texts(picture)) == COMMENTS + 1, OTHERS)
        c.lab("heal")
        put_in_place(c, CUT)
        c.wait_settled(hosts=c.hosts + len(EXTRA), timeout_s=60)
        wait_shown(c, "every row has arrived, those of new hosts too", lambda picture: len(texts(picture)) == COMMENTS + 1
                   and picture["objects"]["extra02"]["notifications_enabled"] == "0", timeout_s=30)
        settled = now_ms()
        time.sleep(2 * c.interval + 1)
        extra = {(host, service) for host in EXTRA for service in ["-"] + [f"svc{n:02d}" for n in range(1, c.services + 1)]}
        check_one_owner_each(c, settled, now_ms(), extra)
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 5000, f"a check waited {longest} ms")
        command(c, OTHERS[0], "ENABLE_HOST_NOTIFICATIONS;extra02")
        tidy(c)
        for node in c.nodes:
            take_away(c, node)


main(test)
