"""Who calls: IAM Identity Center with its sign-in page, roles that ask for MFA, and sessions that end."""
