"""The files for proxies have the limits of the settings, believe no client, and the docs quote the one for nginx."""

import re

import pytest
from django.conf import settings

from tests.config.test_start import ROOT

NGINX, CADDY = (ROOT / "scripts/nginx.conf").read_text(), (ROOT / "scripts/Caddyfile").read_text()


def test_the_docs_quote_the_file_for_nginx() -> None:
    assert f"```\n{NGINX}```" in (ROOT / "docs/operations.md").read_text()


def test_both_take_as_much_as_the_site() -> None:
    most = settings.MOST_BYTES_SENT // 1024 // 1024
    assert re.findall(r"client_max_body_size (\S+);", NGINX) == [f"{most}m"]
    assert re.findall(r"max_size (\S+)\n", CADDY) == [f"{most}MiB"]
    assert f"at most {most} MB" in NGINX
    assert f"at most {most} MB" in CADDY


def test_what_a_stranger_may_send_is_read_by_caddy_first() -> None:
    assert re.findall(r"request_buffers (\S+)\n", CADDY) == [f"{settings.MOST_BYTES_OF_STRANGERS // 1024}KiB"]
    assert "proxy_request_buffering on;" in NGINX


@pytest.mark.parametrize(
    ("length", "is_long"),
    [
        ("0", False),
        ("10485760", False),
        ("33554432", False),
        ("3399999", False),
        ("-1", False),
        ("nonsense", False),
        ("34000000", True),
        ("40000000", True),
        ("0099999999", True),
        ("100000000", True),
        ("9" * 40, True),
    ],
)
def test_caddy_refuses_by_the_length_alone(length: str, is_long: bool) -> None:
    [pattern] = re.findall(r"header_regexp Content-Length (\S+)", CADDY)
    assert bool(re.search(pattern, length)) is is_long


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID"])
def test_both_set_what_the_site_believes(name: str) -> None:
    own = {"X-Forwarded-For": ("$remote_addr", "{remote_host}"), "X-Forwarded-Proto": ("$scheme", "{scheme}")}
    nginx, caddy = own.get(name, ("$request_id", "{http.request.uuid}"))
    assert re.findall(rf"proxy_set_header {name} (\S+);", NGINX) == [nginx]
    assert re.findall(rf"header_up {name} (\S+)\n", CADDY) == [caddy]
    assert "$proxy_add_x_forwarded_for" not in NGINX
    assert "trusted_proxies" not in CADDY


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP"])
def test_both_remove_what_nobody_reads(name: str) -> None:
    assert f'proxy_set_header {name} "";' in NGINX
    assert f"header_up -{name}\n" in CADDY


def test_neither_passes_on_what_is_for_machines_inside() -> None:
    for path in ("/metrics", "/readyz"):
        assert f"location = {path} {{ return 404; }}" in NGINX
        assert re.search(rf"@inside path .*{path}\b", CADDY)


def test_a_connection_is_given_up_by_the_proxy_before_the_site_closes_it() -> None:
    from config import gunicorn

    [nginx], [caddy] = re.findall(r"keepalive_timeout (\d+)s", NGINX), re.findall(r"keepalive (\d+)s", CADDY)
    assert int(nginx) < gunicorn.keepalive
    assert int(caddy) < gunicorn.keepalive
