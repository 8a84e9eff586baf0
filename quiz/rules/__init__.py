"""How a contest works, as pure functions of its rules document."""
