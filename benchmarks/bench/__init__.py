"""The command behind scripts/bench. Standard library only."""
