# A push to three nodes restarts all three cores, and no check waits longer than its interval plus 2 s; if one of 200 files with 10,000 hosts has changed, the push sends less than 64 KiB to each node.
import json
import time

from bare import bare_nodes
from cluster import check, main, now_ms
from peers import digests, make_peers

FOLDER = "/etc/nagios4/conf.d/"
MOST_BYTES = 64 * 1024


def count_ssh(c, node):
    for line in ("add table inet figures", "add chain inet figures out { type filter hook output priority 0 ; }",
                 "add rule inet figures out tcp dport 22 counter"):
        c.run(node, "nft", line)


def ssh_bytes(c, node):
    rules = json.loads(c.run(node, "nft", "-j", "list", "chain", "inet", "figures", "out"))["nftables"]
    return next(part["counter"]["bytes"] for rule in rules if "rule" in rule for part in rule["rule"]["expr"] if "counter" in part)


def block_of(number):
    return f"define host {{\n host_name many{number:05d}\n address 127.0.0.1\n max_check_attempts 3\n active_checks_enabled 0\n}}\n"


def check_longest_wait(c):
    begin = now_ms()
    time.sleep(c.interval + 2)
    c.write("peer01", FOLDER + "changed.cfg", "define hostgroup {\n hostgroup_name changed\n alias x\n}\n")
    pids = {node: c.read(node, "/run/nagios4/nagios4.pid") for node in c.nodes}
    started = time.monotonic()
    c.mon("peer01", "oconf", "push")
    took = time.monotonic() - started
    check(all(c.read(node, "/run/nagios4/nagios4.pid") != pid for node, pid in pids.items()), "not all three cores were restarted")
    c.wait_settled(timeout_s=60)
    time.sleep(c.interval + 2)
    longest = c.longest_wait_ms(begin, now_ms()) / 1000
    print(f"whole push with three restarts: {took:.1f} s; longest wait of a check {longest:.2f} s, interval {c.interval} s")
    check(longest <= c.interval + 2, f"a check waited {longest:.2f} s, its interval is {c.interval} s")


def check_bytes(c):
    for number in range(200):
        c.write("peer01", f"{FOLDER}many{number:03d}.cfg", "".join(block_of(number * 50 + i) for i in range(50)))
    c.mon("peer01", "oconf", "push", "--no-restart")
    c.write("peer01", f"{FOLDER}many100.cfg", "# changed\n" + "".join(block_of(5000 + i) for i in range(50)))
    count_ssh(c, "peer01")
    started = time.monotonic()
    c.mon("peer01", "oconf", "push", "--no-restart")
    sent = ssh_bytes(c, "peer01") / 2
    print(f"10,000 hosts in 200 files, one changed: {sent / 1024:.1f} KiB to a node, {time.monotonic() - started:.1f} s without restarts")
    check(sent < MOST_BYTES, f"{sent / 1024:.1f} KiB went to each node")
    check(len(set(digests(c).values())) == 1, "the configurations differ")


def test():
    with bare_nodes(hosts=30, services=4, interval=10) as c:
        make_peers(c)
        check_longest_wait(c)
        check_bytes(c)


main(test)
