"""What keeps the installation alive: probes, figures, the supervisor, retention, notices."""
