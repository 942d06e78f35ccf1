"""Tests of dataops_desktop.app."""
