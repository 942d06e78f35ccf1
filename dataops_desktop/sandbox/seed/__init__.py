"""The sandbox's world: the mock-ups' databases and real public flights."""
