"""How people prove who they are: log-in, passwords, second factor, sessions. Built on django-allauth."""
