"""One folder per system; each is found by its manifest through the entry-point group dataops_desktop.connectors."""
