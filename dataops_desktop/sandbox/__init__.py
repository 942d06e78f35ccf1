"""The embedded cloud: its own process, imported by no one."""
