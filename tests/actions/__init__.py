"""Tests of dataops_desktop.actions."""
