"""Object stores without I/O."""
