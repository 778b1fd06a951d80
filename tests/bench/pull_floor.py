"""The bare floor: the same requests on one kept-alive connection, iterparse, COPY or executemany into plain columns.

Owns the least that work of this kind can cost. It checks, compares, records and resumes nothing, and must not import
anything of the project but the measuring.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
from lxml import etree

from tests.bench.measure import hand_over, measure

PAGE = 2000
FIELDS: list[str] = json.loads(sys.argv[1])
URL = os.environ["DATABASE_URL"]
ENDPOINT = urlsplit(os.environ["INTACCT_ENDPOINT_URL"])
GATEWAY = http.client.HTTPConnection(ENDPOINT.hostname or "", ENDPOINT.port)
NAMES = ["record_no", *(f"field_{number}" for number in range(1, len(FIELDS)))]
COLUMNS = ", ".join(NAMES)


def _send(authentication: str, call: str) -> Any:
    """One request; the answer as a stream of bytes."""
    sender, password = os.environ["INTACCT_SENDER_ID"], os.environ["INTACCT_SENDER_PASSWORD"]
    body = (
        f"<request><control><senderid>{sender}</senderid><password>{password}</password>"
        f"<controlid>{uuid.uuid4()}</controlid><uniqueid>false</uniqueid><dtdversion>3.0</dtdversion>"
        f"<includewhitespace>false</includewhitespace></control><operation><authentication>{authentication}"
        f'</authentication><content><function controlid="{uuid.uuid4()}">{call}</function></content></operation>'
        f"</request>"
    )
    headers = {"Content-Type": "application/xml", "Accept": "text/xml", "Accept-Encoding": "gzip"}
    GATEWAY.request("POST", ENDPOINT.path, body.encode(), headers)
    answer = GATEWAY.getresponse()
    return gzip.GzipFile(fileobj=answer) if answer.headers.get("Content-Encoding") == "gzip" else answer


def _query(session: str, where: str, fields: list[str], order: str, size: int) -> Any:
    select = "".join(f"<field>{name}</field>" for name in fields)
    return _send(
        f"<sessionid>{session}</sessionid>",
        f"<query><object>VENDOR</object><select>{select}</select>{where}<orderby><order><field>RECORDNO</field>"
        f"<{order}/></order></orderby><options><showprivate>true</showprivate></options><pagesize>{size}</pagesize>"
        f"<offset>0</offset></query>",
    )


def _rows() -> Iterator[list[list[str | None]]]:
    """The pages by key up to the highest one at the start, as the project asks for them."""
    login = (
        f"<login><userid>{os.environ['BENCH_USER']}</userid><companyid>{os.environ['BENCH_COMPANY']}</companyid>"
        f"<password>{os.environ['BENCH_PASSWORD']}</password></login>"
    )
    session = etree.parse(_send(login, "<getAPISession/>")).findtext(".//sessionid") or ""
    highest = etree.parse(_query(session, "", ["RECORDNO"], "descending", 1)).findtext(".//RECORDNO") or "0"
    last = "0"
    while int(last) < int(highest):
        where = (
            f"<filter><and><greaterthan><field>RECORDNO</field><value>{last}</value></greaterthan><lessthanorequalto>"
            f"<field>RECORDNO</field><value>{highest}</value></lessthanorequalto></and></filter>"
        )
        page = []
        for _, row in etree.iterparse(_query(session, where, FIELDS, "ascending", PAGE), tag="VENDOR"):
            page.append([field.text for field in row])
            row.clear()
        last = page[-1][0] or highest
        yield page


def _into_sqlite() -> dict[str, Any]:
    with sqlite3.connect(URL.removeprefix("sqlite:///")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute(f"CREATE TABLE floor ({COLUMNS}, PRIMARY KEY (record_no))")
        insert = f"INSERT INTO floor VALUES ({', '.join('?' * len(NAMES))})"  # noqa: S608 - our own names
        for page in _rows():
            database.executemany(insert, page)
            database.commit()
        return _stored(database.execute("SELECT count(*) FROM floor").fetchone())


def _into_postgresql(database: psycopg.Connection[Any]) -> dict[str, Any]:
    columns = ", ".join(f"{name} text" for name in NAMES[1:])
    database.execute(f"CREATE TABLE floor (record_no bigint PRIMARY KEY, {columns})")
    for page in _rows():
        with database.cursor().copy(f"COPY floor ({COLUMNS}) FROM STDIN") as copy:
            for row in page:
                copy.write_row(row)
        database.commit()
    return _stored(database.execute("SELECT count(*) FROM floor").fetchone())


def _stored(counted: Any) -> dict[str, Any]:
    return {"stored": counted[0]}


def main() -> None:
    if URL.startswith("sqlite"):
        hand_over(measure(_into_sqlite, list))
        return
    with psycopg.connect(URL) as database:
        pid = database.info.backend_pid
        hand_over(measure(lambda: _into_postgresql(database), lambda: [pid]))


main()
