"""From joint moments to muscle function: activities, indicators, criteria, report; one function, `assess`."""
