"""Wiring between what a person does and what the screen shows."""

from dash import Dash

from callbacks import area_tree, building_panel, grid_plan, grid_sizes, rebalance, search
from callbacks.services import Services

__all__ = ["Services", "register"]


def register(app: Dash, services: Services) -> None:
    """Bind every callback to `app`."""
    area_tree.register(app, services)
    building_panel.register(app, services)
    grid_plan.register(app, services)
    grid_sizes.register(app, services)
    rebalance.register(app, services)
    search.register(app, services)
