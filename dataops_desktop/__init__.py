"""DataOps Desktop: one native window over a data team's services, with a local catalog that works offline."""

__version__ = "0.1.0"
