"""What is known of an endpoint before it is tested: what it announces, and what its operator expects."""
