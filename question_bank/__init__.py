"""What a question is, how it is marked, how papers are drawn, what files it comes in. A pure library."""
