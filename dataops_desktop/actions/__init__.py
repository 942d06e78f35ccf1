"""The use cases, async, without Qt and without an SDK: the window and the command line are two faces of them."""
