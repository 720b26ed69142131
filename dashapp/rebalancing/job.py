"""A rebalancing as a job (data.commands.jobs): more seconds than a person waits for."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from dashapp.rebalancing.drawing import proposal_json
from dashapp.rebalancing.proposals import Cancelled, Cuts, Progress, ask
from dashapp.rebalancing.wording import sayings
from data.errors import InvalidInput
from data.principal import Principal
from data.queries.grids import grid_ground
from data.rules.areas import AreaLevel
from data.session import Store
from geo.balance_problem import Preset
from geo.feasibility import GRID_BAND, Band, BandError

KIND: Final = "rebalance"
LONGEST_S: Final = 300.0
LEVELS: Final = (AreaLevel.COMPOUND, AreaLevel.COMMITTEE, AreaLevel.GRID)


@dataclass(frozen=True, slots=True)
class Question:
    """What to cut and how, as it lies in a job's row; `locked` maps entrance ids to parts."""

    level: str
    code: str
    lower: int = GRID_BAND.lower
    upper: int = GRID_BAND.upper
    parts: int | None = None
    locked: dict[str, int] = field(default_factory=dict)
    presets: tuple[str, ...] = tuple(Preset)
    seconds: float = 10.0
    seed: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return the arguments of the job."""
        return asdict(self)

    @property
    def band(self) -> Band:
        """Return the band; raises InvalidInput for one that is none."""
        try:
            return Band(self.lower, self.upper)
        except BandError as refusal:
            raise InvalidInput(str(refusal), field="lower") from refusal


def rebalance_job(
    store: Store,
    principal: Principal,
    arguments: dict[str, Any],
    progress: Progress,
    cancelled: Cancelled,
) -> dict[str, Any]:
    """Return the proposals for a place within the principal's scope; NotFound outside it."""
    return answer(ask_about(store, principal, Question(**arguments), progress, cancelled))


def ask_about(
    store: Store,
    principal: Principal,
    question: Question,
    progress: Progress,
    cancelled: Cancelled = lambda: False,
) -> Cuts:
    """Read a place and ask for its proposals; the register is not held meanwhile."""
    if question.level not in LEVELS:
        raise InvalidInput(f"a {question.level} is not cut into grids", field="level")
    band = question.band
    with store.read() as session:
        ground = grid_ground(session, principal, AreaLevel(question.level), question.code)
    return ask(
        ground,
        band,
        parts=question.parts,
        locked={int(entrance): part for entrance, part in question.locked.items()},
        presets=[Preset(name) for name in question.presets],
        seconds=min(question.seconds, LONGEST_S),
        seed=question.seed,
        progress=progress,
        cancelled=cancelled,
    )


def answer(cuts: Cuts) -> dict[str, Any]:
    """Return proposals without the drawing: the part of each of `units` in turn, and figures."""
    ground, problem = cuts.plot.ground, cuts.problem
    return {
        "code": ground.code,
        "name": ground.name,
        "level": ground.level.value,
        "households": ground.households,
        "band": [problem.band.lower, problem.band.upper],
        "counts": list(cuts.feasibility.counts),
        "parts": problem.parts,
        "continues": list(problem.continues),
        "words": [saying.as_json() for saying in sayings(cuts)],
        "ways": [[way.band.lower, way.band.upper] for way in cuts.feasibility.wider],
        "units": [
            {"id": unit.entrance_id, "building": ground.buildings[unit.building].code,
             "no": unit.number, "hh": unit.households}
            for unit in ground.units
        ],
        "plans": [proposal_json(cuts, proposal) for proposal in cuts.proposals],
    }  # fmt: skip
