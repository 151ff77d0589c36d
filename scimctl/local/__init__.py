"""The local cloud: the same stack, deployed to an AWS emulator on this machine."""
