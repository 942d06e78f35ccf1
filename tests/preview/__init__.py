"""First looks into files."""
