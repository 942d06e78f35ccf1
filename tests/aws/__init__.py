"""Tests of dataops_desktop.aws."""
