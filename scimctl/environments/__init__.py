"""What an operator asks of environment files, before anything is deployed."""
