"""`rotate_keys`: seal all stored secrets again with the newest of FIELD_ENCRYPTION_KEYS. Safe to stop and to repeat."""

import json
from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.db import models

from accounts.audit import record_event
from accounts.audited_command import AuditedCommand
from accounts.sign_in.sealed_factors import SecondFactorUnreadable
from accounts.sign_in.second_factor import authenticator_keys, reseal_authenticator
from accounts.tenancy import cross_tenant
from integrations.crypto import SealedField, SecretUnreadable, reseal
from integrations.event_kinds import IntegrationEvent


class Command(AuditedCommand):
    help = (
        "Seal every stored secret with the newest key. Put the new key first in FIELD_ENCRYPTION_KEYS, then run this."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"resealed": 0, "current": 0, "empty": 0, "unreadable": 0}
        with cross_tenant("key rotation"):
            for model in apps.get_models():
                for field in model._meta.concrete_fields:
                    if isinstance(field, SealedField):
                        self._rotate(model, field, counts)
            self._rotate_second_factors(counts)
            told = ", ".join(f"{number} {name}" for name, number in counts.items())
            record_event(IntegrationEvent.KEYS_ROTATED, f"Stored secrets: {told}.")
        self.stdout.write(json.dumps(counts) if options["json"] else told)
        if counts["unreadable"]:
            self.stderr.write(
                "Unreadable secrets were left as they are. Their owners must enter the credentials again; a second "
                "factor is removed with remove_second_factor and set up again."
            )
            raise SystemExit(1)

    def _rotate(self, model: type[models.Model], field: SealedField, counts: dict[str, int]) -> None:
        rows = model._default_manager.order_by("pk").values_list("pk", field.attname)
        for pk, sealed in rows.iterator(chunk_size=200):
            if not sealed:
                counts["empty"] += 1
                continue
            try:
                fresh = reseal(sealed)
            except SecretUnreadable:
                self.stderr.write(f"{model._meta.label} {pk}: no key opens {field.name}.")
                counts["unreadable"] += 1
                continue
            if fresh is None:
                counts["current"] += 1
                continue
            # Only if nobody stored other credentials meanwhile; those are sealed with the newest key already.
            unchanged = model._default_manager.filter(pk=pk, **{field.attname: sealed})
            counts["resealed" if unchanged.update(**{field.attname: fresh}) else "current"] += 1

    def _rotate_second_factors(self, counts: dict[str, int]) -> None:
        for pk in authenticator_keys():
            try:
                counts["resealed" if reseal_authenticator(pk) else "current"] += 1
            except SecondFactorUnreadable:
                self.stderr.write(f"Second factor {pk}: no key opens it.")
                counts["unreadable"] += 1
