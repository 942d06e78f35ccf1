"""Item models shared by panels: adapters over plain Python records."""
