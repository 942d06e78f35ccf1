"""Tests of dataops_desktop.sql."""
