"""First looks into files of any kind: what runs in the guarded child process, and what both sides agree on."""
