"""AddBiomechanics' engine as a peer of our scalers: how to make its environment, run it, and read what was saved.

The engine is nimblephysics' ``MarkerFitter``. It needs numpy below 2 and brings its own torch, so it lives in an
environment of its own (Python 3.11, Linux), which nothing of Sarcoscope needs::

    make addbiomechanics                   # python -m venv .addbiomechanics, packages of requirements.txt beside this
    python -m benchmarks.addbiomechanics fit --python .addbiomechanics/bin/python [--session OPENCAP_SESSION] [NAME...]
    python -m benchmarks.addbiomechanics score --session OPENCAP_SESSION

``fit`` takes about 10 to 20 CPU minutes a person and saves each as ``benchmarks/results/addbiomechanics/NAME.json``,
with what the engine said, commit, machine and date; people who have one are left out. ``score`` needs no engine: it
judges the saved scales as every other scaler's are judged, prints the table ("from saved run") and saves
``benchmarks/results/addbiomechanics.json``.

=============  ==========================================================================================
module         holds
=============  ==========================================================================================
`people`       who: OpenCap's field-study subject and four synthetic older adults
`engine`       the script that runs in the other environment
`peer`         its inputs, its outputs, `addbiomechanics_factors`
`judge`        the saved scales on our skeleton: marker errors, and errors against the truth of simulation
=============  ==========================================================================================

docs/peers.md has the figures and the pitfalls.
"""
