"""Schema extensions: what an environment declares, and attributes whose names nobody declares, as models of the protocol."""
