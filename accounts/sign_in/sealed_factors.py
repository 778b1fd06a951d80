"""The secrets of second factors at rest: each sealed together with the person and kind of factor it belongs to.

Owns the binding and when a stored factor is sealed and opened. django-allauth asks its adapter to encrypt a text alone;
the row knows whose it is, so sealing happens where rows are made and saved. Must never accept a value in clear.
"""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models.signals import post_init, pre_save

from accounts.crypto import Binding, Unreadable, open_text, reseal_text, seal_text

# Passkeys are no secret; sealed as well, so that a row nobody may have written opens nothing.
SECRETS = ("secret", "seed", "credential")


class SecondFactorUnreadable(Exception):
    """A stored second factor cannot be opened: a key is gone, or it was sealed for somebody else."""


class FactorData(dict[str, Any]):
    """`Authenticator.data` as it is stored; a secret is opened when it is asked for, for its owner alone.

    Asking raises SecondFactorUnreadable where that cannot be done. Names and counters, which are no secrets, are as is.
    """

    def __init__(self, stored: dict[str, Any], person: int, kind: str) -> None:
        super().__init__(stored)
        self._person, self._kind = person, kind

    @classmethod
    def sealing(cls, clear: dict[str, Any], person: int, kind: str) -> "FactorData":
        """The data of a factor that was made just now, with its secrets sealed."""
        data = cls({}, person, kind)
        for name, value in clear.items():
            data[name] = value
        return data

    def __getitem__(self, name: str) -> Any:
        stored = super().__getitem__(name)
        return self._opened(name, stored) if name in SECRETS else stored

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401 - this is what the other way does

    def __setitem__(self, name: str, value: Any) -> None:
        if name in SECRETS:
            value = seal_text(json.dumps(value), self._binding(name))
        super().__setitem__(name, value)

    def __reduce__(self) -> tuple[type["FactorData"], tuple[dict[str, Any], int, str]]:
        """Copied as it is stored; the usual way would seal again what is sealed."""
        return FactorData, (dict(self), self._person, self._kind)

    def _binding(self, name: str) -> Binding:
        return {"purpose": "second factor", "person": self._person, "kind": self._kind, "part": name}

    def _opened(self, name: str, stored: Any) -> Any:
        if not isinstance(stored, str):
            raise SecondFactorUnreadable
        try:
            return json.loads(open_text(stored, self._binding(name)))
        except Unreadable as error:
            raise SecondFactorUnreadable from error


def connect() -> None:
    """Seal and open the rows of django-allauth, once per process. Its model has no hook for that but Django's own."""
    post_init.connect(_made_or_read, sender=Authenticator, dispatch_uid="sealed factors")
    pre_save.connect(_about_to_be_saved, sender=Authenticator, dispatch_uid="sealed factors")


def _made_or_read(sender: type[Authenticator], instance: Authenticator, **kwargs: Any) -> None:
    if instance.pk is not None and "data" in instance.__dict__:  # else new, or its data is not read yet
        instance.data = FactorData(instance.data, instance.user_id, instance.type)


def _about_to_be_saved(sender: type[Authenticator], instance: Authenticator, **kwargs: Any) -> None:
    if "data" in instance.__dict__ and not isinstance(instance.data, FactorData):
        instance.data = FactorData.sealing(instance.data, instance.user_id, instance.type)


def resealed(data: dict[str, Any]) -> dict[str, Any] | None:
    """The stored data with its secrets under the newest key, or None when they are. Raises SecondFactorUnreadable."""
    stored = {name: dict.__getitem__(data, name) for name in data}
    try:
        fresh = {name: reseal_text(str(stored[name])) for name in SECRETS if name in stored}
    except Unreadable as error:
        raise SecondFactorUnreadable from error
    changed = {name: token for name, token in fresh.items() if token is not None}
    return {**stored, **changed} if changed else None


def seal_for_set_up(text: str, person: int) -> str:
    """A secret that waits in the session of `person` until a code proves that their app knows it."""
    return seal_text(text, {"purpose": "second factor to be set up", "person": person})


def open_for_set_up(sealed: str, person: int) -> str:
    """Raises SecondFactorUnreadable."""
    try:
        return open_text(sealed, {"purpose": "second factor to be set up", "person": person})
    except Unreadable as error:
        raise SecondFactorUnreadable from error
