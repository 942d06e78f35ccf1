"""Tests of dataops_desktop.gui."""
