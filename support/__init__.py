"""What tests and benchmarks share: DynamoDB engines, the table, directories of any size, environments."""
