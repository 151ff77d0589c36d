"""Proof that a deployed environment does what only AWS can show: the steps of the first-deployment checklist for programs."""
