"""The users and groups of a directory, as an operator sees and changes them."""
