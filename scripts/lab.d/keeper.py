#!/usr/bin/python3
"""The main process of a --plain lab while it runs; started by `lab up --plain`: keeper.py NAME FD."""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from merlin_lab import plain, state  # noqa: E402

if __name__ == "__main__":
    plain.keep(state.Lab(sys.argv[1]), int(sys.argv[2]))
