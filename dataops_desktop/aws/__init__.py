"""What the AWS connectors share: sessions, clients, error mapping."""
