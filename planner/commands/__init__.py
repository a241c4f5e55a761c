"""The commands, one module each: ``command(lang)`` gives it to the command line."""
