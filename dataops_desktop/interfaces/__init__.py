"""The protocols and frozen records that the floors meet at."""
