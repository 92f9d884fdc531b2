"""Reading back: packages, orders, cancellations and deliveries, as callers ask for them."""
