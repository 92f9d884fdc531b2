"""`cleave listen`: a temporary webhook, shown live and sent on to a receiver."""
