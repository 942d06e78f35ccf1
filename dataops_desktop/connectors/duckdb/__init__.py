"""The local engine: DuckDB over pinned results and local files, each query in a locked-down child process."""
