"""The pages that open as tabs in the centre of the window."""
