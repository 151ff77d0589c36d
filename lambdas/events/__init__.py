"""What the table's stream triggers for the vendor's product: change events on the environment's bus."""
