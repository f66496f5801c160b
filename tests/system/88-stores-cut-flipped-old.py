# While the merlinds of three nodes are down, one store is truncated, one gets flipped bits, and one is replaced by an older copy; then one is empty, one missing and one unreadable: all states and comments return everywhere, and damaged stores are set aside and reported.
# F01 F43 F44 F45 I1 I7 I11
import os
import random
import time

from cluster import check, cluster, main, now_ms, wait_for
from nodefiles import problem
from operators import command, texts, tidy, wait_shown

FOLDER, NAME = "/var/lib/merlin", "store.db"
BITS = 40


def store_path(c, node):
    return c.path(node, f"{FOLDER}/{NAME}")


def is_saved(c, node):
    store = (c.status(node) or {}).get("store") or {}
    return store.get("rows", 0) >= c.objects() and store["pending"] == 0


def stop_all(c):
    for node in c.nodes:
        wait_for(f"all is on the disk of {node}", lambda node=node: is_saved(c, node), 20)
    for node in c.nodes:
        c.run(node, "/etc/init.d/merlind", "stop")  # merges everything into one file


def start_all(c):
    for node in c.nodes:
        c.start(node, "daemon")
    c.wait_settled(timeout_s=60)


def cut(path):
    os.truncate(path, os.path.getsize(path) * 2 // 3 + 17)


def flip(path):
    random_ = random.Random(5)
    with open(path, "r+b") as file:
        for _ in range(BITS):
            place = random_.randrange(os.path.getsize(path))
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << random_.randrange(8)]))


def everything_is_there(c, comments, what):
    wait_shown(c, f"{what}: all comments are everywhere", lambda picture: sorted(texts(picture)) == comments, timeout_s=40)
    for node in c.nodes:
        wait_for(f"{what}: all states are on the disk of {node}", lambda node=node: is_saved(c, node), 30)


def test():
    with cluster(hosts=12, services=2, interval=4, fresh=True) as c:
        tidy(c)
        since = now_ms()
        command(c, "peer01", "ADD_HOST_COMMENT;host0001;1;anna;early")
        wait_shown(c, "a comment", lambda picture: texts(picture) == ["early"])
        stop_all(c)
        c.run("peer03", "cp", "-p", f"{FOLDER}/{NAME}", "/run/old-store")
        start_all(c)
        command(c, "peer03", "ADD_HOST_COMMENT;host0001;1;carl;after the copy")
        wait_shown(c, "another", lambda picture: sorted(texts(picture)) == ["after the copy", "early"])
        time.sleep(c.interval)
        stop_all(c)
        cut(store_path(c, "peer01"))
        flip(store_path(c, "peer02"))
        c.run("peer03", "cp", "-p", "/run/old-store", f"{FOLDER}/{NAME}")
        start_all(c)
        everything_is_there(c, ["after the copy", "early"], "cut, flipped, old")
        for node in ("peer01", "peer02"):
            check(problem(c, node, ["the store was damaged", "replaced by a new one"]), f"{node} does not say that its store was damaged: {c.status(node)['store']}")
        check(problem(c, "peer03", ["the store"]) is None, "a store that is only old is taken for damaged")

        stop_all(c)
        c.run("peer01", "truncate", "-s", "0", f"{FOLDER}/{NAME}")
        c.run("peer02", "sh", "-c", f"rm -f {FOLDER}/{NAME}*")
        c.run("peer03", "sh", "-c", f"chown root:root {FOLDER}/{NAME} && chmod 0 {FOLDER}/{NAME}")
        for node in c.nodes:
            c.start(node, "daemon")
        found = wait_for("mon says that one may not be read", lambda: problem(c, "peer03", ["the store"]), 20)
        check("the user of merlind" in found[1], f"mon does not say what to do: {found}")
        c.run("peer03", "sh", "-c", f"chown --reference={FOLDER} {FOLDER}/{NAME} && chmod 640 {FOLDER}/{NAME}")
        c.wait_settled(timeout_s=60)
        everything_is_there(c, ["after the copy", "early"], "empty, gone, not to be read")
        longest = c.longest_wait_ms(since, now_ms())
        check(longest <= c.interval * 1000 + 8000, f"a check waited {longest} ms")
        tidy(c)
        c.lab("down")  # mon would report the stores that were set aside


main(test)
