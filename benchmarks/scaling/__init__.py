"""All scalers in one table, on the same people: ``python -m benchmarks.scaling``, see docs/scaling-compared.md.

=============  ==========================================================================================
module         holds
=============  ==========================================================================================
`people`       synthetic older adults whose scale factors are known; given recordings, and others kept back
`methods`      every scaler as a function of such people, or of a real person's recordings
`peers`        regressors, trained here and kept in a folder; the prior's weight that is best in simulation
`measures`     what is measured of scale factors: marker errors, errors against the truth
`synthetic`    the table of synthetic people, and of those whom AddBiomechanics' engine was run on
`recordings`   real recordings: what a scaler is given, and what is kept back
`real`         the table of real recordings
`acceptance`   what is wanted, and whether it is met
`printing`     tables on the screen
=============  ==========================================================================================
"""
