"""The quality gate (O2): what landed is judged before raw sees it, and whatever delivers asks here whether it may.

Nothing here imports Great Expectations until there is a batch to judge; asking never does.
"""

from orchestration.lib.gate.state import GateClosed, closed_because, decide, gate_line

__all__ = ["GateClosed", "closed_because", "decide", "gate_line"]
