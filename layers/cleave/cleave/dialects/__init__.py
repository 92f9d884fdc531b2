"""The wire formats that Cleave speaks: translation only, no rule of cancelling or splitting."""
