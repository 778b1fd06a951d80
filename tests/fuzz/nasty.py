"""What is sent where a page expects something else: texts, raw query strings, headers, cookies, ends of paths, files.

Owns the dictionary. Knows no page; each value is an ordinary one of its kind, and nothing here says what must follow.
"""

from typing import Final

MARK: Final = "<i7z onclick=x>"  # on a page it must stand escaped

NUMBERS = (
    "-1", "0", "00", "1", "+1", "1.0", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808",
    "-9223372036854775809", "18446744073709551616", "9" * 19, "9" * 400, "9" * 5000, "1e999", "1e-999", "1E400000",
    "-0", "NaN",
    "sNaN", "Infinity", "-inf", "1_0", "٣", "²", "１２", "0x10", "0b1", " 1", "1 ", "1\t", "1,5", "1.234.567,89", "(5)",
    "5-",
    "½", "一", "1e5", ".", "-", "--1", "1/0", "0.00000000000000000001", "99999999999999999999999999.99",
)  # fmt: skip
DATES = (
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-02-29", "2026-13-01", "-1",
    "2026-W53-7",
    "2026-366", "12/31/99999", "31/31/2026", "2026-01-01T25:61:61Z", "1970-01-01 00:00:00+99:99", "99/99/99",
    "2026-0٣-01",
    "0001-13", "9999-12", "0000-01", "10000-12", "9999-99", "2026-1", "１９９９-０１-０１",
)  # fmt: skip
TEXTS = (
    "", " ", "\t\n\r", "\r\nSet-Cookie: a=b", "\x01\x1b[31m", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffd", "\uffff",
    "\U0010ffff",
    "\u202egnp.exe", "\u200b", "\u200d" * 50, "e" + "\u0301" * 1000, "👩‍👩‍👧‍👦" * 20, "İıſKß", "ﷺ" * 100, "ＡＢＣ",
    "𝕒𝕓𝕔",
    MARK, "<!--", "]]>", "&amp;&#0;", "{{ 7|add:7 }}{% debug %}", "{0.__class__}%s%(x)s%n{}", "%", "%%", "%s%d%n",
    "' OR '1'='1", "\";DROP TABLE x;--", "') UNION SELECT NULL--", "\\", "\\'", "%' ESCAPE '", "_", "%_%", "$1", "$$",
    "*)(uid=*", "' or count(/*)=1 or '", "../../../../etc/passwd", "..\\..\\x", "/dev/null", "file:///etc/passwd",
    "C:\\x",
    "javascript:alert(1)", "//elsewhere.example", "https://elsewhere.example/", "=1+1", "@SUM(1)", "-1+1|cmd",
    "null", "None", "undefined", "true", "false", "on", "[]", "{}", "[[[[]]]]", '{"a":{"b":[1,null]}}', "()", "NUL",
    "con",
    "a" * 256, "a" * 10_000, "ä" * 10_000, "(" * 1_000, "a=b&c=d", "a;b", "a:b", ":", "entity:", "entity:100", ":100",
    "::",
    "project:", "all", "-number", "--number", "number,title", "?", "-?", "__class__", "tenant__name", "pk__in", "id",
    "self",
    "0" * 64, "MQ", "MQ-set-password", "x:y:z", "ey.J.x", "AAAA====", "first", "last", "after", "…",
)  # fmt: skip
VALUES: Final = (*NUMBERS, *DATES, *TEXTS)
HUGE: Final = "a" * 1_000_000
NAMES: Final = (
    "", "x[]", "x[0][y]", "__proto__", "q.q", "lists", "items", "keys", "get", "self", "request", "form",
    "csrfmiddlewaretoken",
    "form-TOTAL_FORMS", "_method", "_popup", "_to_field", "_changelist_filters", "e", "o", "p", "all", "format", "é",
    "a b", MARK,
)  # fmt: skip
MANAGEMENT: Final = ("", "-1", "1e3", "x", "1000000000", "99999999999999999999", "1001", "0", "٣")
# As they stand behind the question mark.
QUERIES: Final = (
    "q=%00", "%00=1", "q=%ED%A0%80", "q=%C0%80", "q=%F8%88%80%80%80", "q=%FF", "q=%", "q=%zz", "q=%u0041", "q=%E2%82",
    "&&&&&",
    "=", "==", "=&=", "?", "??q=1", "q", "q;p", "q=1;p=2", "page=1&page=2&page=x", "&".join(["q=1"] * 900),
    "&".join(["q=1"] * 1_100), "&".join(f"k{number}=1" for number in range(900)), "page=" + "9" * 4_000, "q=%0d%0aX: y",
    "q=" + "%25" * 500, "#", "q=a#b", "%3Fq=1", "q=+++", "state=a&state=b", "lists=1&items=2&keys=3",
)  # fmt: skip
HEADERS: Final[tuple[dict[str, str], ...]] = (
    {"Accept": ""}, {"Accept": "x"}, {"Accept": "*/*;q=x"}, {"Accept": "application/json"}, {"Accept": ",;,;" * 200},
    {"Accept": "text/html;q=1e999"}, {"Accept": "a/b;c=" + "d" * 5000}, {"Accept-Language": "x" * 5000},
    {"Accept-Language": "en;q=nan,*;q=9"}, {"Accept-Encoding": "br;q=x,gzip;q=0,*"}, {"Range": "bytes=5-1,-,x"},
    {"Range": "bytes=" + "0-1," * 500}, {"If-Modified-Since": "Mon, 99 Foo 99999 99:99:99 GMT"},
    {"If-Modified-Since": "0"},
    {"If-None-Match": "W/\"" + "x" * 3000}, {"Cookie": "a"}, {"User-Agent": ""}, {"User-Agent": "U" * 10_000},
    {"User-Agent": "ünï\xff\x85"}, {"User-Agent": MARK}, {"Referer": "//" + "r" * 3000}, {"Referer": "http://[::1/"},
    {"Host": "elsewhere.example"}, {"Host": "testserver:x"}, {"Host": "[::1"}, {"X-Forwarded-Host": "x\ty"},
    {"X-Forwarded-For": "1.2.3.4, x, 999.1.1.1"}, {"X-Forwarded-Proto": "gopher"}, {"X-Request-ID": "a b\tc" * 50},
    {"X-HTTP-Method-Override": "DELETE"}, {"X-CSRFToken": "x" * 5000}, {"Origin": "null"}, {"Origin": "http://[x"},
    {"HX-Request": "true", "HX-Target": MARK}, {"HX-Request": "true", "HX-Current-URL": "http://[::1"},
    {"HX-Request": "true", "HX-Current-URL-URI-AutoEncoded": "true", "HX-Current-URL": "%ED%A0%80%00"},
    {"HX-Request": "true", "HX-Trigger-Name-URI-AutoEncoded": "true", "HX-Trigger-Name": "%FF"}, {"HX-Boosted": "true"},
    {"HX-Request": "true", "Triggering-Event": "{"}, {"HX-Request": "true", "HX-Prompt": "\x7f"}, {"Expect": "x"},
    {"Authorization": "Basic ====="}, {"Authorization": "Bearer " + "x" * 4000}, {"Transfer-Encoding": "chunked"},
    {"Content-Encoding": "gzip"}, {"Upgrade": "websocket", "Connection": "Upgrade"}, {"Sec-Fetch-Site": "cross-site"},
)  # fmt: skip
COOKIES: Final = (
    "sessionid=\"" + "\\000" * 32 + '"', "sessionid=", "sessionid=x", "sessionid=" + "é" * 40,
    "sessionid=" + "a" * 9_000,
    "csrftoken=\"" + "\\000" * 32 + '"', "csrftoken=" + "ü" * 32, "csrftoken=x", "messages=x", "messages=a:b:c",
    "messages=W1si\"X19", 'messages="' + "\\000" * 9 + '"', "=;;==;a", "a=" * 500, "$Version=1; sessionid=x",
    "\xff=\xfe", "sessionid",
)  # fmt: skip
ENDS: Final = (
    "%00", "%2e%2e/", "../", "./", "//", "x", "%2F", "%5C..%5C", "%ED%A0%80/", "%FF/", ";x=y", "%0d%0aX:y",
    "a" * 3000 + "/", "%3F",
    "é/", "%25%30%30", "\u2028", "1/", "-1/", "9" * 30 + "/", "0/", "٣/", "index.html", ".json", "%20",
    "%7B%7B7%7D%7D/", "+",
)  # fmt: skip
TYPES: Final = (
    "", "application/json", "text/plain", "application/xml", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x\x7fy", "multipart/form-data; boundary=" + "b" * 400, "multipart/mixed; boundary=b",
    "application/x-www-form-urlencoded; charset=latin-1", "x", "/", "application/x-www-form-urlencoded; a*=b''c", ";;;",
    "multipart/form-data; boundary=é", "APPLICATION/X-WWW-FORM-URLENCODED",
)  # fmt: skip
PART: Final = b"--b\r\nContent-Disposition: form-data; "
# Whole bodies of multipart/form-data; boundary=b.
BODIES: Final = (
    b"", b"--b", b"--b--", b"--b\r\n", b"--b\r\n\r\n\r\n--b--", PART, PART + b"name=\"a\"\r\n\r\n1",
    PART + b"name=\"a\"\r\n\r\n1\r\n--b",
    PART + b"\r\n\r\n1\r\n--b--", PART + b"name\r\n\r\n1\r\n--b--", PART + b"name=\"a\x00\"\r\n\r\n1\r\n--b--",
    PART + b"name=\"a\"\r\n\r\n\x00\xff\r\n--b--", PART + b"name*=undefined''a\r\n\r\n1\r\n--b--",
    PART + b"0*0*;0*\r\n\r\n1\r\n--b--",
    PART + b"name=\"file\"; filename=\"\"\r\n\r\n\r\n--b--",
    PART + b"name=\"file\"; filename=\"../../x\x00\"\r\n\r\nx\r\n--b--",
    PART + b"name=\"file\"; filename=\"" + b"f" * 3000 + b".csv\"\r\n\r\nx\r\n--b--",
    PART + b"name=\"file\"; filename=\"con.csv\"\r\nContent-Type: x; charset=undefined\r\n\r\nx\r\n--b--",
    PART + b"name=\"file\"; filename=\"a.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--",
    PART + b"name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\n=x\r\n--b--", b"\r\n" * 500, b"x" * 5000,
    (PART + b"name=\"a\"\r\n\r\n1\r\n") * 1_100 + b"--b--",
    (PART + b"name=\"f\"; filename=\"x\"\r\n\r\n1\r\n") * 150 + b"--b--",
    b"--b\r\n" + b"X: y\r\n" * 300 + b"\r\n1\r\n--b--",
)  # fmt: skip
HEAD: Final = b"Number,Title,Type,Vendor,Date,Terms,Description,Amount\n"
FILES: Final[tuple[tuple[str, bytes], ...]] = (
    ("x.csv", b""), ("x.csv", b"\x00" * 50), ("x.csv", b"Number,Title\n\xed\xa0\x80,x\n"), ("x.csv", b'"' * 5000),
    ("x.csv", b"," * 5000),
    ("x.json", b'[{"Number\\u0000": 1, "\\ud800": 2, "lines": [{"a\\u0000": "\\ud800"}]}]'),
    ("x.json", b'{"\\ud800": 1, "documents": []}'),
    ("x.json", b'{"type": "\\ud800", "documents": [{"number": "A"}]}'),
    ("x.json", b'{"a\\u0000": 1, "documents": [{"number": "A"}]}'),
    ("x.json", b'[{"\\ud800": 1, "\\ud800": 2}]'), ("x.json", b'[{"number": {"\\u0000": "\\udfff"}}]'),
    ("x.json", b'[{"\\ud800": [1]}]'),
    ("x.json", b'{"type": "commitments\\u0000", "documents": [{"number": "A\\u0000", "vendor": "\\ud800"}]}'),
    ("x.json", b"[" * 50_000),
    ("x.json", b"[" + b"1" * 100_000 + b"]"), ("x.json", b'[{"amount": 1e999999, "date": NaN}]'), ("x.json", b'"\\'),
    ("x.json", b"nul"),
    ("x.json", b'[{"number": "1", "lines": "x"}, {"lines": [[]]}, 7, null]'), ("x.xlsx", b"PK\x03\x04"),
    ("x.xlsx", b"PK\x05\x06" + b"\x00" * 18),
    ("\u202egnp.csv", b"Number,Vendor,Amount\nA\x00,B,1\n"), ("../../x", b"Number;Vendor;Amount\n1;2;3\n"),
    ("x", b"\xff\xfeN\x00"), ("x.pdf", b"%PDF"),
    (MARK + ".csv", b"Number,Vendor,Amount\n<i7z>,<i7z>,<i7z>\n"),
    ("a" * 300 + ".csv", b"Number,Vendor,Amount\nA,B,1e999\n"),
    ("x.csv", HEAD + b"A" * 5000 + b",T,Subcontract,V,0000-00-00,N,D,1e999\n"),
    ("x.csv", HEAD + b"A,T,Subcontract,V\xef\xbf\xbd,9999-12-31,N,\xf0\x9f\x98\x80,NaN\n"),
)  # fmt: skip
