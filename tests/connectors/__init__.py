"""Tests of dataops_desktop.connectors."""
