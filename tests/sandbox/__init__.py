"""Tests of dataops_desktop.sandbox."""
