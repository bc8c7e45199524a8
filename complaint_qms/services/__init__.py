"""What happens: one room for each capability. A room calls the rooms below it and never those above (`.importlinter`)."""
