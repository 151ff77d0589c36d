"""What an operation costs, in DynamoDB's units and in the processor's time, and how that grows."""
