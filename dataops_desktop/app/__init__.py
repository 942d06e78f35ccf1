"""The composition root: command line, window start-up and wiring. The only place that knows everything."""
