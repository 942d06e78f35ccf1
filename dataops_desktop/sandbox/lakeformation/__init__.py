"""Lake Formation with a search by tags, which moto lacks."""
