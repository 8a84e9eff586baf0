"""An online quiz and competition platform for civic science literacy."""
