"""Tests of dataops_desktop.storage."""
