"""Operating: scheduled work, measurements and operators' commands."""
