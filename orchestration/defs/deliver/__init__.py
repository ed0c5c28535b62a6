"""What leaves: one asset per destination, behind its sync_ model."""
