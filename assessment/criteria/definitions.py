"""The published rules as data: what a framework's .toml file may hold, and how it is read."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from assessment.criteria.verdicts import COMBINE
from assessment.uncertainty import Operator
from models.errors import SettingsError

FOLDER: Final = Path(__file__).parent
# In the order in which they are shown; every one has a file of its name.
FRAMEWORKS: Final = ("awgs_2025", "awgs_2019", "ewgsop2", "sdoc", "fnih", "glis", "sit_to_stand_power")
Region = Literal["asia", "korea", "europe", "us"]
REGIONS: Final[tuple[Region, ...]] = get_args(Region)

TAGS: Final = MappingProxyType(
    {
        "V": "read in the paper's own abstract or table",
        "S": "read in secondary sources",
        "M": "recalled, not read",
    }
)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quantity(_Data):
    """Something that is compared with cut-offs; the fields are described in `quantities.toml`."""

    label: str
    unit: str
    decimals: int
    minimum: float
    maximum: float
    whole: bool = False
    may_be_infinite: bool = False
    protocols: tuple[str, ...] = ()
    from_inputs: tuple[str, ...] = ()


class CutOff(_Data):
    """One number, whom it holds for, and where it was read.

    ``sources`` counts agreeing secondary sources; None where the paper itself was read, or nothing was.
    """

    value: float
    provenance: Literal["V", "S", "M"]
    sources: int | None = None
    sex: Literal["f", "m"] | None = None
    from_age_years: float | None = None
    below_age_years: float | None = None
    method: Literal["bia", "dxa"] | None = None

    def in_band(self, age_years: float | None) -> bool:
        """Whether the age falls into the band; every age does where there is none."""
        if self.from_age_years is None and self.below_age_years is None:
            return True
        if age_years is None:
            return False
        above = self.from_age_years is None or age_years >= self.from_age_years
        return above and (self.below_age_years is None or age_years < self.below_age_years)

    @property
    def read_in(self) -> str:
        """The provenance in words."""
        count = f", {self.sources} of them" if self.sources else ""
        return f"{self.provenance}: {TAGS[self.provenance]}{count}"


class Criterion(_Data):
    """A quantity, an operator, and the cut-offs of everybody it is meant for.

    ``accepts`` names the protocols the cut-off was made for: a value of another one is flagged, or, where
    ``only_accepted`` is set, not compared. ``doi`` is given where it differs from the framework's.
    """

    quantity: str
    operator: Operator
    protocol: str
    cut_offs: tuple[CutOff, ...]
    accepts: tuple[str, ...] = ()
    only_accepted: bool = False
    doi: str | None = None

    @property
    def by_age(self) -> bool:
        """Whether the cut-off depends on age."""
        return any(row.from_age_years is not None or row.below_age_years is not None for row in self.cut_offs)

    @property
    def by_method(self) -> bool:
        """Whether the cut-off depends on how muscle mass was measured."""
        return any(row.method is not None for row in self.cut_offs)


class Node(_Data):
    """A combination of criteria or named rules; written in the file as ``{ how = [parts] }``."""

    how: Literal["all_of", "any_of", "any_done", "first_done"]
    parts: tuple[Node | str, ...]

    @model_validator(mode="before")
    @classmethod
    def _from_table(cls, table: dict[str, Any]) -> dict[str, Any]:
        if len(table) != 1 or next(iter(table)) not in COMBINE:
            raise ValueError(f"A rule is written {{ how = [parts] }}, how being one of {', '.join(COMBINE)}.")
        ((how, parts),) = table.items()
        return {"how": how, "parts": parts}


Rule = Node | str


class Stage(_Data):
    """One finding of a framework, in the framework's own word.

    ``counts`` tells whether it amounts to the framework's finding or is only a part of it. ``requires`` says what is
    needed to assess it.
    """

    label: str
    rule: Rule
    counts: bool = True
    requires: str = ""


class CaseFinding(_Data):
    """Who should be tested. It never decides; ``label`` is shown as long as nothing else is known."""

    rule: Rule
    label: str = ""


class Framework(_Data):
    """One published set of rules. ``stages`` go from the mildest to the most severe.

    ``applies_from_age_years`` is a limit: below it nothing is said. ``meant_from_age_years`` only draws a note.
    """

    key: str
    title: str
    edition: str
    citation: str
    doi: str
    region: str
    population: str
    note: str = ""
    applies_from_age_years: float | None = None
    meant_from_age_years: float | None = None
    default_in: tuple[Region, ...] = ()
    optional_in: tuple[Region, ...] = ()
    outcome_only: tuple[str, ...] = ()
    criteria: dict[str, Criterion] = {}
    rules: dict[str, Rule] = {}
    case_finding: CaseFinding | None = None
    stages: tuple[Stage, ...] = ()

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        tested = [stage.rule for stage in self.stages] + ([self.case_finding.rule] if self.case_finding else [])
        used = {name for rule in tested for name in self.criteria_of(rule)}
        if used != set(self.criteria):
            raise ValueError(f"{self.key}: criteria that no rule uses: {sorted(set(self.criteria) - used)}.")
        unknown = {criterion.quantity for criterion in self.criteria.values()} - set(quantities())
        if unknown:
            raise ValueError(f"{self.key}: unknown quantities {sorted(unknown)}.")
        return self

    def criteria_of(self, rule: Rule) -> Iterator[str]:
        """Names of the criteria a rule rests on, in order, repeated where they are used twice."""
        if isinstance(rule, Node):
            for part in rule.parts:
                yield from self.criteria_of(part)
        elif rule in self.rules:
            yield from self.criteria_of(self.rules[rule])
        elif rule in self.criteria:
            yield rule
        else:
            raise ValueError(f"{self.key}: {rule!r} is neither a rule nor a criterion.")


def read_table(name: str) -> dict[str, Any]:
    """Read one of the data files beside this module."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def quantities() -> dict[str, Quantity]:
    """Everything that can be compared with a cut-off, by name."""
    return {name: Quantity(**entry) for name, entry in read_table("quantities").items()}


@cache
def framework(key: str) -> Framework:
    """Read one framework.

    Raises
    ------
    SettingsError
        There is none of that name.
    """
    if key not in FRAMEWORKS:
        raise SettingsError(f"There is no framework {key!r}.", hint=f"Accepted: {', '.join(FRAMEWORKS)}.")
    return Framework(key=key, **read_table(key))


def default_frameworks(region: str) -> tuple[str, ...]:
    """Frameworks that are shown first in a region; any other can be chosen.

    Raises
    ------
    SettingsError
        The region is not known.
    """
    if region not in REGIONS:
        raise SettingsError(f"There is no region {region!r}.", hint=f"Accepted: {', '.join(REGIONS)}.")
    return tuple(key for key in FRAMEWORKS if region in framework(key).default_in)


@cache
def criteria_sha256() -> str:
    """Hash of all data files, to be saved with every result that rests on them."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.toml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
