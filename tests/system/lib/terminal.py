"""Commands on a node as a user types them on a terminal."""
import os
import pty

from cluster import LAB


def read_some(terminal):
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # the other end is closed
        return ""


def on_terminal(c, node, line, answers=()):
    """Runs the command there; each of `answers` is (end of a question, the text to type then). (exit status, what the terminal showed)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(LAB, [LAB, "--name", c.name, "run", node, "--", *line.split()])
    shown, answered = "", 0
    while part := read_some(terminal):
        shown += part
        for question, answer in answers:
            if shown[answered:].endswith(question):
                answered = len(shown)
                os.write(terminal, answer.encode() + b"\n")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    return status, shown
