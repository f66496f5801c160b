# The documented commands work literally on bare nodes, with passwords typed on a terminal: set up two peers, add a third, remove one, as op5 described it and as the README does; checks are shared, and taken over when a node dies.
import time

from bare import bare_nodes, packages
from cluster import check, main, wait_for
from terminal import on_terminal


def say(c, node, line, statuses=(0,)):
    """Runs a shell command line on that node, without a terminal."""
    done = c.run(node, "sh", "-c", line, check_status=False, timeout_s=180, stdin="")
    check(done.returncode in statuses, f"{node}: {line}: status {done.returncode}: {done.stderr}{done.stdout}")
    return done.stdout


def type_in(c, node, line):
    """Runs it on a terminal, accepts host keys and types the password. Returns what the terminal showed."""
    status, shown = on_terminal(c, node, line, (("[yes/no] ", "yes"), ("): ", c.password())))
    check(status == 0, f"{node}: {line}: status {status}: {shown}")
    check(c.password() not in shown, "the password was shown")
    return shown


def set_up_two(c):
    say(c, "peer01", "mon node add peer02 type=peer")
    shown = type_in(c, "peer01", "mon sshkey push --all")
    check("The host key of peer02" in shown and "password" in shown, f"nothing was asked: {shown!r}")
    say(c, "peer01", "mon sshkey fetch --all")
    say(c, "peer01", "mon node ctrl peer02 -- mon node add peer01 type=peer")
    say(c, "peer01", "mon oconf push")
    say(c, "peer01", "mon node ctrl --self -- mon restart; sleep 3; mon oconf push")
    c.wait_settled(["peer01", "peer02"], timeout_s=60)


def add_third(c):
    say(c, "peer01", "mon node add peer03 type=peer")
    type_in(c, "peer01", "mon sshkey push --all")
    say(c, "peer01", "mon sshkey fetch --all")
    say(c, "peer01", "mon node ctrl peer02 -- mon node add peer03 type=peer")
    say(c, "peer01", "mon node ctrl peer03 -- mon node add peer02 type=peer")
    say(c, "peer01", "mon node ctrl peer03 -- mon node add peer01 type=peer")
    say(c, "peer01", "mon oconf push")
    say(c, "peer01", "mon node ctrl --self -- mon restart ; sleep 3 ; mon oconf push")
    c.wait_settled(timeout_s=90)


def synchronize_files(c):
    """The chapter's two examples: a file to the same place, and a folder."""
    say(c, "peer01", "mkdir -p /opt/plugins/custom && echo 'echo it works' >/opt/plugins/custom/check_it && echo user:x >/etc/nagios4/htpasswd.users")
    text = c.read("peer01", "/etc/merlin/merlin.conf")
    block = "peer peer02 {\nsync {\n/etc/nagios4/htpasswd.users /etc/nagios4/htpasswd.users\n/opt/plugins/custom/\n}\n"
    c.write("peer01", "/etc/merlin/merlin.conf", text.replace("peer peer02 {\n", block))
    say(c, "peer01", "mon oconf push")
    check(c.read("peer02", "/etc/nagios4/htpasswd.users") == "user:x\n", "the file is not there")
    check(say(c, "peer02", "sh /opt/plugins/custom/check_it") == "it works\n", "the folder is not there")


def taken_over(c):
    lost = [host for host, owner in c.owners("peer01").items() if owner == "peer03"]
    check(lost, "peer03 runs nothing")
    c.kill("peer03", "core")
    wait_for("the others run what the killed core ran", lambda: all(c.owners("peer01")[host] in ("peer01", "peer02") for host in lost), 20)
    c.start("peer03", "core")
    c.wait_settled(timeout_s=90)


def remove_second(c):
    say(c, "peer01", "mon node ctrl peer02 -- mon node remove peer01")
    say(c, "peer01", "mon node ctrl peer02 -- mon node remove peer03")
    say(c, "peer01", "mon node ctrl peer02 -- mon restart")
    # The command goes to peer02 too, which has no block for itself.
    say(c, "peer01", "mon node ctrl --type=peer -- mon node remove peer02", statuses=(1,))
    say(c, "peer01", "mon node ctrl --type=peer -- mon restart")
    say(c, "peer01", "mon node remove peer02")
    say(c, "peer01", "mon node ctrl -- mon restart")
    c.wait_settled(["peer01", "peer03"], timeout_s=90)
    check(c.about("peer03", "peer02") is None, "peer03 still knows the removed peer")


def as_the_readme_does(c):
    """The removed one once more, as a third server, and away again."""
    shown = type_in(c, "peer01", "mon node add peer02 type=peer --everywhere")
    check("peer03: peer02 added" in shown and "peer02: peer03, peer01 added" in shown, f"what was added where: {shown}")
    say(c, "peer01", "mon oconf push")
    c.wait_settled(timeout_s=120)
    said = say(c, "peer01", "mon node remove peer02 --everywhere")
    check("root@peer02" in said and "mon sshkey forget peer02" in said, f"the ssh keys that remain are not named: {said}")
    c.wait_settled(["peer01", "peer03"], timeout_s=90)
    check(c.about("peer03", "peer02") is None, "peer03 still knows the removed peer")
    say(c, "peer01", "mon node ctrl --self -- mon sshkey forget peer02")
    check("root@peer02" not in c.read("peer01", "/root/.ssh/authorized_keys"), "its key is still there")


def test():
    started = time.monotonic()
    with bare_nodes(hosts=30, packages=packages()) as c:
        set_up_two(c)
        print(f"two after {time.monotonic() - started:.0f} s")
        add_third(c)
        synchronize_files(c)
        taken_over(c)
        remove_second(c)
        as_the_readme_does(c)


main(test)
