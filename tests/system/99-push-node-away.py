# A push while one node is unreachable updates the others, names that node, and ends with status 1.
from cluster import check, main, wait_for
from peers import change, peers


def test():
    with peers() as c:
        change(c, "one away")
        c.lab("cut", "peer03")
        wait_for("merlind has lost peer03", lambda: c.about("peer01", "peer03")["state"] != "active", 60)
        out, errors = c.mon("peer01", "oconf", "push", "--no-restart", status=1)
        c.lab("heal")
        check("within 3000 ms (merlind " in errors, f"a node that merlind has lost is waited for longer: {errors!r}")
        check("peer03: no answer" in errors and errors.count("\n") == 1 and "peer02: in place" in out, f"with one away: {out!r} {errors!r}")
        c.mon("peer01", "oconf", "push", "--no-restart")


main(test)
