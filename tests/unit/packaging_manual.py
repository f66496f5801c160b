"""The manual pages agree with --help and merlin.conf.example, and troff finds no error in them; the completions work in their shells.

Usage: packaging_manual.py FOLDER MON MERLIND, with the folder that contains pages and completions.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER, MON, MERLIND = sys.argv[1:4]
PAGES = ("mon.1", "merlind.8", "merlin.conf.5")
# Words that may follow these: some that must be offered, and one that must not.
OFFERED = {"mon ": ({"node", "oconf", "log", "check", "events"}, "status"),
           "mon node ": ({"add", "status", "drain"}, "push"),
           "mon node remove ": ({"peer02", "peer03", "--timeout"}, "status"),
           "mon node edit peer02 ": ({"weight=", "address="}, "status")}


def said_by(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def shown(page, wrong):
    """The page as displayed."""
    done = subprocess.run(["groff", "-man", "-ww", "-Kutf8", "-Tutf8", "-P-cbou", os.path.join(FOLDER, page)], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0 or done.stderr:
        wrong.append(f"{page}: groff says: {done.stderr}")
    return " ".join(done.stdout.replace("\u2010\n", "").split())


def check_pages(wrong):
    if not shutil.which("groff"):
        print("groff is not there: the pages were not looked at")
        return
    texts = {page: shown(page, wrong) for page in PAGES}
    commands = re.findall(r"^  mon (\S+(?: \S+)?)  +(\S.*)$", said_by(MON, "--help"), re.M)
    options = re.findall(r"^  +(--[\w-]+)", said_by(MERLIND, "--help"), re.M)
    with open(os.path.join(TOP, "merlin.conf.example"), encoding="utf-8") as file:
        keys = re.findall(r"^[#\t]*(\w+) = ", file.read(), re.M)
    if len(commands) < 30 or len(options) < 5 or len(keys) < 50:
        wrong.append(f"too little to compare with: {len(commands)} commands, {len(options)} options, {len(keys)} keys")
    for page, words in (("mon.1", [f"mon {name}" for name, _ in commands] + [summary for _, summary in commands]),
                        ("merlind.8", [option for option in options if option != "--help"]), ("merlin.conf.5", keys)):
        flat = re.sub(r"[\s-]", "", texts[page])
        wrong += [f"{page} does not have {word!r}" for word in words if re.sub(r"[\s-]", "", word) not in flat]


def bash_offers(line):
    words = " ".join(f"'{word}'" for word in line.split(" "))
    script = f"source {FOLDER}/completion.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _mon; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    return ["bash", "--norc", "-c", script]


def zsh_offers(line):
    # compadd passes the candidates to the line editor, which does not exist here.
    words = " ".join(f"'{word}'" for word in line.split(" "))
    script = (f"autoload -U compinit && compinit -u -D; source {FOLDER}/completion.zsh; compadd() {{ print -l -- \"${{@[2,-1]}}\" }}; "
              f"words=({words}); CURRENT=${{#words}}; ${{_comps[mon]}}")
    return ["zsh", "-f", "-c", script]


def zsh_offers_by_file(line):
    """As installed by the package: a file on $fpath, whose text is the function."""
    words = " ".join(f"'{word}'" for word in line.split(" "))
    script = (f"fpath=($HOME/functions $fpath); autoload -U compinit && compinit -u -D; compadd() {{ print -l -- \"${{@[2,-1]}}\" }}; "
              f"words=({words}); CURRENT=${{#words}}; ${{_comps[mon]}}")
    return ["zsh", "-f", "-c", script]


def fish_offers(line):
    return ["fish", "--no-config", "-c", f"source {FOLDER}/completion.fish; complete -C '{line}'; complete -C '{line}--'"]


def check_completions(wrong):
    with tempfile.TemporaryDirectory() as home:
        config = os.path.join(home, "merlin.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write("node_name = peer01\npeer peer02 {\n}\npeer peer03 {\n}\n")
        environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home, MERLIN_CONF=config,
                           PATH=os.path.dirname(MON) + ":" + os.environ["PATH"])
        os.mkdir(os.path.join(home, "functions"))
        shutil.copy(os.path.join(FOLDER, "completion.zsh"), os.path.join(home, "functions", "_mon"))
        for shell, command in (("bash", bash_offers), ("zsh", zsh_offers), ("zsh", zsh_offers_by_file), ("fish", fish_offers)):
            if not shutil.which(shell):
                print(f"{shell} is not there: its completion was not run")
                continue
            for line, (wanted, unwanted) in OFFERED.items():
                done = subprocess.run(command(line), capture_output=True, text=True, env=environment, check=False, timeout=60)
                offers = {offer.split("\t")[0] for offer in done.stdout.splitlines()}
                if not wanted <= offers or unwanted in offers or done.stderr:
                    wrong.append(f"{shell}: behind {line!r} come {sorted(offers)} {done.stderr}")


def main():
    wrong = []
    check_pages(wrong)
    check_completions(wrong)
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())
