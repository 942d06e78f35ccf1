"""Tests of dataops_desktop.ontology."""
