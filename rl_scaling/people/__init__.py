"""Who is scaled in simulation: build, movements, true scale factors, and what video makes of their markers."""
