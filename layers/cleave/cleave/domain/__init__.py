"""The rules of cancelling and splitting, as pure functions on frozen values."""
