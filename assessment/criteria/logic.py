"""From verdicts on single criteria to the verdict and label of a framework."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from assessment.criteria.definitions import Framework, Node, Rule, Stage
from assessment.criteria.verdicts import COMBINE, Verdict, any_of

OPEN = (Verdict.MEETS, Verdict.INDETERMINATE)


@dataclass(frozen=True)
class Decision:
    """What a framework says, given a verdict on each of its criteria.

    Attributes
    ----------
    framework : Framework
    criteria : mapping of str to Verdict
        For every criterion of the framework.
    """

    framework: Framework
    criteria: Mapping[str, Verdict]

    def value(self, rule: Rule) -> Verdict:
        """Verdict on a rule."""
        if isinstance(rule, Node):
            return COMBINE[rule.how]([self.value(part) for part in rule.parts])
        if rule in self.criteria:
            return self.criteria[rule]
        return self.value(self.framework.rules[rule])

    @cached_property
    def pursued(self) -> tuple[Stage, ...]:
        """Stages that the verdict rests on.

        The first one always. A later one that cannot be assessed is left out unless something points to it, that is,
        one of its criteria is met or indeterminate: normal grip strength is not left open only because nobody
        measured the muscle mass.
        """
        first, *later = [stage for stage in self.framework.stages if stage.counts]
        return (first, *(stage for stage in later if self._is_pursued(stage)))

    def _is_pursued(self, stage: Stage) -> bool:
        if self.value(stage.rule) is not Verdict.NOT_ASSESSABLE:
            return True
        return any(self.criteria[name] in OPEN for name in self.framework.criteria_of(stage.rule))

    @cached_property
    def verdict(self) -> Verdict:
        """Met where any stage that counts is met."""
        return any_of([self.value(stage.rule) for stage in self.pursued])

    @cached_property
    def stage(self) -> Stage | None:
        """The most severe stage that is met."""
        return next((stage for stage in reversed(self.framework.stages) if self._is_met(stage.rule)), None)

    @property
    def label(self) -> str:
        """Its label; while nothing is decided, that of case finding; else empty."""
        finding = self.framework.case_finding
        if self.stage is not None:
            return self.stage.label
        return finding.label if finding and not self.verdict.decided and self._is_met(finding.rule) else ""

    def _is_met(self, rule: Rule) -> bool:
        return self.value(rule) is Verdict.MEETS

    @property
    def unassessed(self) -> tuple[Stage, ...]:
        """Stages for which something is missing that could still change verdict or label."""
        return tuple(stage for stage in self.pursued if self.value(stage.rule) is Verdict.NOT_ASSESSABLE)

    def lacking(self, rule: Rule) -> Iterator[str]:
        """Criteria without which an undecided rule stays undecided; of alternatives all."""
        if self.value(rule) is not Verdict.NOT_ASSESSABLE:
            return
        if isinstance(rule, Node):
            for part in rule.parts:
                yield from self.lacking(part)
        elif rule in self.criteria:
            yield rule
        else:
            yield from self.lacking(self.framework.rules[rule])
