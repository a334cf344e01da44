"""Contact forces: where the body touches the world and how much of the load each contact carries.

`estimate` finds them from the movement alone, `from_plates` from force plates; both return `ContactForces`, so that
whatever comes later does not depend on the way they were found. Both stand on the same `ground` and the same `wrench`;
`problem` is what `estimate` solves, `plates` what `from_plates` reads.
"""

from pipeline.contact.estimation import estimate
from pipeline.contact.measured import from_plates

__all__ = ["estimate", "from_plates"]
