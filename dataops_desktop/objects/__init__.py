"""Object stores without I/O: addresses, local names, layouts of partitions, lifecycle rules."""
