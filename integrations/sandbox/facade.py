"""All that anybody outside may use of the local Sage Intacct: start it, talk to its control, run its command line.

Owns the list. Must not grow behavior of its own.
"""

from integrations.sandbox.cli import add_arguments, main, run
from integrations.sandbox.process import SandboxProcess, SandboxServer, StartError

__all__ = ["SandboxProcess", "SandboxServer", "StartError", "add_arguments", "main", "run"]
