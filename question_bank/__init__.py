"""What a question is, how it is marked, how papers are drawn, and the files questions come in. A pure library."""
