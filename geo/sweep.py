"""Plan a sweep (扫楼): which doors, in which shift, by which team, in which order. The way in.

`plan_sweep` has a plan at once and a better one as time allows. No door is ever required: those
not visited come back with the reason.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from geo.sweep_bound import quick_bound, upper_bound
from geo.sweep_greedy import draft
from geo.sweep_model import Model
from geo.sweep_plan import Plan, Writer
from geo.sweep_problem import Routes, SweepProblem
from geo.sweep_search import Annealing, Tuning
from geo.sweep_times import Timetable, timetable

_BOUND_SHARE, _BOUND_S = 0.2, 6.0
"""Share of the time, and seconds, the bound may take: 0.4 s for 1,000 doors, 4 s for 3,000."""

_REPORT_S, _ASK_S = 0.25, 0.05
"""How often progress is told, and how often it is asked whether to stop."""

_CONTENT = 300
"""Rounds without less walking after which a plan that misses nothing is left as it is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: seconds of wall time, and optionally rounds, which make a run repeatable.

    starts: into how many fresh searches the time is divided; one suits long lists of doors.
    """

    seconds: float = 10.0
    rounds: int | None = None
    seed: int = 0
    starts: int = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is (0..1) and the best plan so far."""

    share: float
    plan: Plan


@dataclass
class _Watch:
    """Keeps the time, counts rounds, reports, and knows when to stop."""

    limits: Limits
    report: Callable[[Progress], None]
    cancelled: Callable[[], bool]
    started: float = field(default_factory=time.monotonic)
    rounds: int = 0
    _told_s: float = 0.0
    _asked_s: float = -_ASK_S
    _stopped: bool = False

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self.started

    @property
    def share(self) -> float:
        """Return how far the search is, by rounds alone if they are given: repeatable."""
        if self.limits.rounds is not None:
            return min(1.0, self.rounds / max(1, self.limits.rounds))
        return min(1.0, self.elapsed_s / self.limits.seconds) if self.limits.seconds > 0 else 1.0

    def over(self) -> bool:
        """Return whether to stop now."""
        spent = self.limits.rounds is not None and self.rounds >= self.limits.rounds
        return spent or self.elapsed_s >= self.limits.seconds or self._cancelled()

    def _cancelled(self) -> bool:
        if not self._stopped and self.elapsed_s - self._asked_s >= _ASK_S:
            self._asked_s, self._stopped = self.elapsed_s, self.cancelled()
        return self._stopped

    def due(self) -> bool:
        return self.elapsed_s - self._told_s >= _REPORT_S

    def tell(self, plan: Plan) -> None:
        self._told_s = self.elapsed_s
        self.report(Progress(self.share, plan))


def plan_sweep(
    problem: SweepProblem,
    limits: Limits = Limits(),
    progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
    begin: Plan | None = None,
) -> Plan:
    """Return the best plan found within the limits; raises nothing once the problem is made.

    `begin` is an earlier plan of the same doors and shifts: what of it still fits is kept or
    bettered, so more teams are worth no less. The same problem, begin, seed and rounds give the
    same plan if the seconds do not run out first. `progress` and `cancelled` are called a few
    times a second from this thread, the first time with the greedy draft and a rough bound; after
    a cancel the best plan so far comes back.
    """
    watch = _Watch(limits, progress, cancelled)
    table = timetable(problem)
    routes = _first(table, begin)
    writer = Writer(problem, table, quick_bound(table))
    watch.tell(writer.plan(routes, 0, watch.elapsed_s))
    if table.worth.any() and not watch.over():
        limit_s = min(_BOUND_S, _BOUND_SHARE * limits.seconds)
        writer.bound = upper_bound(problem, table, limit_s)
        routes = draft(table, _improve(writer, routes, watch))
    return writer.plan(routes, watch.rounds, watch.elapsed_s)


def _first(table: Timetable, begin: Plan | None) -> Routes:
    """Return the better of the greedy draft and an earlier plan filled up greedily."""
    drafts = [draft(table)]
    if begin is not None:
        drafts.append(draft(table, _what_still_fits(table, begin)))
    return max(drafts, key=table.weight)


def _what_still_fits(table: Timetable, begin: Plan) -> Routes:
    """Return the routes of an earlier plan without the doors that a crew cannot visit any more."""
    earlier = {(route.shift, route.team): route.doors for route in begin.routes}
    routes: list[tuple[int, ...]] = []
    left = set(range(table.start))
    for place, crew in enumerate(table.crews):
        route: tuple[int, ...] = ()
        for door in earlier.get((crew.shift, crew.team), ()):
            if door in left and table.fits((*route, door), place):
                route = (*route, door)
                left.remove(door)
        routes.append(route)
    return tuple(routes)


@dataclass
class _Best:
    """The best routes of all starts."""

    routes: Routes
    cost: tuple[int, int]

    def offer(self, search: Annealing) -> None:
        """Take a search's best if it is better."""
        if search.best_cost < self.cost:
            self.routes, self.cost = search.model.decode(search.best), search.best_cost

    @property
    def misses_nothing(self) -> bool:
        """Return whether every door is visited by whom it is worth most to."""
        return self.cost[0] <= 0


def _improve(writer: Writer, routes: Routes, watch: _Watch) -> Routes:
    """Search until the watch says stop, `starts` times from the same routes; keep the best."""
    model = Model(writer.table, routes)
    start = model.encode(routes)
    best = _Best(routes, model.cost(start))
    for turn in range(watch.limits.starts):
        if watch.over() or (turn and best.misses_nothing):
            break
        seed = watch.limits.seed * watch.limits.starts + turn
        _anneal(Annealing(model, start, seed, Tuning()), writer, watch, best, turn)
    return best.routes


def _anneal(search: Annealing, writer: Writer, watch: _Watch, best: _Best, turn: int) -> None:
    quiet = 0
    while not watch.over() and (share := watch.share * watch.limits.starts - turn) < 1:
        quiet = 0 if search.step(max(0.0, share)) else quiet + 1
        watch.rounds += 1
        if watch.due():
            best.offer(search)
            watch.tell(writer.plan(best.routes, watch.rounds, watch.elapsed_s))
        if quiet == _CONTENT and search.best_cost[0] <= 0:
            break
    best.offer(search)
