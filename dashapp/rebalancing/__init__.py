"""Cutting a place into grids (网格): its ground laid out, proposals asked for, drawn, filed, run as a job."""

from dashapp.rebalancing.drawing import payload
from dashapp.rebalancing.proposals import Cuts, Proposal, ask, judge

__all__ = ["Cuts", "Proposal", "ask", "judge", "payload"]
