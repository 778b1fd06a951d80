"""`python -m config.healthcheck`: 0 while the site answers /healthz on this machine, else 1; for the container.

Asks under a host name the site answers to, as any other is refused. Reads no settings beyond that.
"""

import http.client
import os
import sys


def main() -> int:
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*") or "localhost"
    port = int(os.environ.get("BIND", "0.0.0.0:8000").rpartition(":")[2])
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        site.request("GET", "/healthz", headers={"Host": name})
        answer = site.getresponse()
    except OSError as error:
        sys.stderr.write(f"The site does not answer: {error}\n")
        return 1
    if answer.status != 200:
        sys.stderr.write(f"The site answers {answer.status}.\n")
    return int(answer.status != 200)


if __name__ == "__main__":
    sys.exit(main())
