"""Schema extensions: the models of declared extensions, and of those that take undeclared attributes."""
