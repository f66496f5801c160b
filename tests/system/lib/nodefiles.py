"""The files of a node, from scripts/lab.d/lab_client."""
from lab_client.files import *  # noqa: F403
