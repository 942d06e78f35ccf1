"""The workspace: local SQLite, result files and secrets."""
