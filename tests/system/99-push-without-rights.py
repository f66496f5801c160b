# A push by a user without the necessary rights fails with one clear line.
from cluster import check, main
from peers import change, peers


def test():
    with peers() as c:
        change(c, "no rights")
        done = c.run("peer01", "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "mon", "oconf", "push", check_status=False)
        check(done.returncode == 1 and done.stderr.count("\n") <= 2 and done.stderr.startswith("mon: "), f"without rights: {done.stderr!r}")


main(test)
