"""`python -m dataops_desktop`: the command line; without arguments it opens the window."""

from dataops_desktop.app.cli import main

raise SystemExit(main())
