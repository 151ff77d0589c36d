"""Many environments at once: synthesized together, deployed in waves, checked after each."""
