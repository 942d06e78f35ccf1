"""AWS Glue Data Catalog."""
