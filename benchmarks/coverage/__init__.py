"""Do the stated intervals hold the truth? The synthetic older adult, filmed a hundred times with other errors.

`python -m benchmarks.coverage [--draws 100]`. SYNTHETIC: her movements, forces and moments are computed (examples/).
Each draw is one session as OpenCap would have seen it: errors of `rl_scaling.people.marker_errors` on all markers, one
bias for static trial and movements alike. It goes through `assess` whole: scaling, inverse kinematics, estimated
forces, indicators. The truth of an indicator is the same definition on her true angles, forces and moments.

What this cannot show: the errors come from the model that the standard errors of times, lengths and angles are drawn
from as well (not their bias, the scaling and the forces); real people's errors may be of another kind.
"""
