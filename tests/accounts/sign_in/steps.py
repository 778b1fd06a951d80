"""Steps of logging in that several tests take, each as a browser would send it."""

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.conftest import PASSWORD


def log_in(client: Client, email: str, password: str = PASSWORD, **headers: str) -> HttpResponse:
    response: HttpResponse = client.post(
        reverse("account_login"), {"login": email, "password": password}, follow=False, **headers
    )
    return response


def enter_code(client: Client, code: str) -> HttpResponse:
    response: HttpResponse = client.post(reverse("mfa_authenticate"), {"code": code})
    return response


def is_logged_in(client: Client) -> bool:
    return client.get(reverse("usersessions_list")).status_code == 200
