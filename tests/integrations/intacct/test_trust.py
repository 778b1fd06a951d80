"""Which endpoints may receive credentials."""

from __future__ import annotations

import pytest

from integrations.intacct import UntrustedEndpoint, trusted_endpoint

PATH = "/ia/xml/xmlgw.phtml"


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        (f"https://api.intacct.com{PATH}", f"https://api.intacct.com{PATH}"),
        (f"https://na12.intacct.com:443{PATH}?x=1", f"https://na12.intacct.com:443{PATH}?x=1"),
        (f"HTTPS://API.Intacct.COM.{PATH}", f"https://api.intacct.com{PATH}"),
        (f"https://api.intacct.com{PATH}#part", f"https://api.intacct.com{PATH}"),
    ],
)
def test_addresses_of_the_vendor_are_trusted(url: str, trusted: str) -> None:
    assert trusted_endpoint(url) == trusted


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.intacct.com",
        f"http://api.intacct.com{PATH}",
        f"ftp://api.intacct.com{PATH}",
        f"https://api.intacct.com:8443{PATH}",
        f"https://api.intacct.com:0{PATH}",
        f"https://api.intacct.com:99999{PATH}",
        f"https://api.intacct.com:port{PATH}",
        f"https://user@api.intacct.com{PATH}",
        f"https://user:word@api.intacct.com{PATH}",
        f"https://@api.intacct.com{PATH}",
        "https://intacct.com/",
        "https://notintacct.com/",
        "https://intacct.com.example.org/",
        "https://example.org/api.intacct.com",
        "https://example.org?api.intacct.com",
        "https://example.org#.intacct.com",
        "https://example.org\\.intacct.com/",
        "https://example.org%2f.intacct.com/",
        "https://example.org\n.intacct.com/",
        "https://*.intacct.com/",
        "https://іntacct.com/",
        "https:///path",
        "https://.intacct.com/",
        "https://a..intacct.com/",
        f"https://{'a' * 64}.intacct.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::1/",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(UntrustedEndpoint):
        trusted_endpoint(url)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8123/x", ["127.0.0.1"]),
        ("http://localhost:8123/x", ["LocalHost."]),
        ("https://gateway.example:9443/x", ["gateway.example:9443"]),
        ("http://gateway.example/x", ["gateway.example:80"]),
        ("http://[::1]:8123/x", ["::1"]),
        ("http://[::1]:8123/x", ["[::1]:8123"]),
        ("http://sandbox.intacct.com:8123/x", ["sandbox.intacct.com"]),
    ],
)
def test_allowed_host_may_use_http_and_its_port(url: str, allowed: list[str]) -> None:
    assert trusted_endpoint(url, allowed) == url


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://gateway.example:81/x", ["gateway.example:80"]),
        ("http://other.example/x", ["gateway.example"]),
        ("http://sub.gateway.example/x", ["gateway.example"]),
        ("http://gateway.example/x", ["*"]),
        ("http://gateway.example/x", ["*.example"]),
        ("http://*/x", ["*"]),
        ("http://user@gateway.example/x", ["gateway.example"]),
        ("http://gateway.example/x", [""]),
    ],
)
def test_allow_list_is_exact(url: str, allowed: list[str]) -> None:
    with pytest.raises(UntrustedEndpoint):
        trusted_endpoint(url, allowed)


def test_refusal_does_not_repeat_a_password() -> None:
    with pytest.raises(UntrustedEndpoint) as caught:
        trusted_endpoint("https://user:hidden-word@api.intacct.com/")
    assert "hidden-word" not in f"{caught.value!r}{caught.value}"
