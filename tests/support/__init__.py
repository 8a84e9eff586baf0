"""What tests share: real services, a clock that tests move, and the cast."""
