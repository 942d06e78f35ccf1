"""What moto's S3 lacks: checksums that are checked, daily metrics that are true."""
