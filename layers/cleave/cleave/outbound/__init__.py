"""What leaves our network: webhooks to receivers, and what protects us from where they point."""
