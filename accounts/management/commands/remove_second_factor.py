"""`remove_second_factor EMAIL`: for somebody who lost both phone and recovery codes. They are told by mail."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.sign_in.second_factor import remove_second_factor

EXIT_USE = 2  # wrong use


class Command(BaseCommand):
    help = "Remove a person’s second factor and recovery codes, after you made sure that it is they who ask."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address the person logs in with")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"].strip()).first()
        if person is None:
            sentence = f"Nobody logs in with “{options['email']}”."
            if options["json"]:
                self.stdout.write(json.dumps({"error": "INPUT", "sentence": sentence, "advice": ""}))
                sys.exit(EXIT_USE)
            raise CommandError(sentence, returncode=EXIT_USE)
        had_one = remove_second_factor(person)
        if options["json"]:
            self.stdout.write(json.dumps({"person": person.email, "removed": had_one}))
        elif had_one:
            self.stdout.write(f"{person.email} has no second factor any more, and was told by mail.")
        else:
            self.stdout.write(f"{person.email} had no second factor.")
