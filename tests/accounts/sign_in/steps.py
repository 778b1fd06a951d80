"""Steps of logging in that several tests take, each as a browser would send it."""

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.people import PASSWORD


def log_in(client: Client, email: str, password: str = PASSWORD, **environment: Any) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password}, **environment)


def enter_code(client: Client, code: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_logged_in(client: Client) -> bool:
    return client.get(reverse("usersessions_list")).status_code == 200
