"""Currencies: the codes of ISO 4217, the signs and names people write, and which currencies a sign may mean.

Owns these tables. Must not know which currency a company or a document has.
"""

from types import MappingProxyType
from typing import Final

from erp_admin.grammar.problems import Suggestion, Unreadable
from erp_admin.grammar.signs import plain_signs

_ALL: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB "
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
CODES: Final = frozenset(_ALL.split())
_DOLLARS: Final = (
    "USD CAD AUD NZD SGD HKD TWD BSD BBD BZD BMD BND KYD XCD FJD GYD JMD LRD NAD SBD SRD TTD MXN CLP COP ARS UYU DOP "
    "CUP CVE NIO TOP WST MOP"
)
SIGNS: Final = MappingProxyType(
    {
        sign: frozenset(codes.split())
        for sign, codes in {
            "$": _DOLLARS,
            "€": "EUR",
            "£": "GBP EGP FKP GIP SHP SSP SDG LBP SYP",
            "¥": "JPY CNY",
            "₹": "INR",
            "₩": "KRW KPW",
            "₽": "RUB",
            "₺": "TRY",
            "₴": "UAH",
            "₪": "ILS",
            "₫": "VND",
            "₱": "PHP",
            "฿": "THB",
            "₦": "NGN",
            "₡": "CRC SVC",
            "₲": "PYG",
            "₵": "GHS",
            "₸": "KZT",
            "₮": "MNT",
            "₭": "LAK",
            "₼": "AZN",
            "₾": "GEL",
            "৳": "BDT",
            "៛": "KHR",
            "﷼": "IRR SAR QAR OMR YER",
        }.items()
    }
)
# As they are written beside a number, in capitals and without dots.
NAMES: Final = MappingProxyType(
    {
        "US$": "USD", "USA$": "USD", "CA$": "CAD", "C$": "CAD", "CAN$": "CAD", "CDN$": "CAD", "CDN": "CAD",
        "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD", "NT$": "TWD", "R$": "BRL",
        "MX$": "MXN", "MEX$": "MXN", "JP¥": "JPY", "CN¥": "CNY", "RMB": "CNY", "YUAN": "CNY", "YEN": "JPY",
        "DOLLAR": "$", "DOLLARS": "$", "US DOLLAR": "USD", "US DOLLARS": "USD", "CANADIAN DOLLAR": "CAD",
        "CANADIAN DOLLARS": "CAD", "AUSTRALIAN DOLLARS": "AUD", "EURO": "EUR", "EUROS": "EUR", "SFR": "CHF",
        "POUNDS STERLING": "GBP", "MXN PESOS": "MXN", "RUPEE": "Rs", "RUPEES": "Rs", "RS": "Rs", "KR": "kr",
        "LEI": "lei", "ZŁ": "PLN", "KČ": "CZK", "FR": "CHF", "RM": "MYR", "ЛВ": "BGN", "ГРН": "UAH", "РУБ": "RUB",
        "円": "JPY", "元": "CNY", "원": "KRW",
    }
)  # fmt: skip
_WORDS: Final = MappingProxyType(
    {
        "Rs": frozenset({"INR", "PKR", "LKR", "NPR", "MUR", "SCR"}),
        "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
        "lei": frozenset({"RON", "MDL"}),
    }
)


def meanings(currency: str) -> frozenset[str]:
    """The codes that a code or a sign may mean; none for a text that is neither."""
    if currency in CODES:
        return frozenset((currency,))
    return SIGNS.get(currency) or _WORDS.get(currency) or frozenset()


def agrees(found: str, wanted: str) -> bool:
    """Whether both can be the same currency. Where one of them is blank, nothing contradicts."""
    return not found or not wanted or found == wanted or bool(meanings(found) & meanings(wanted))


def narrower(one: str, other: str) -> str:
    """Of two that agree, the one that says more: of `$` and `CAD` the latter."""
    if not one or not other:
        return one or other
    return one if len(meanings(one)) <= len(meanings(other)) else other


def currency_named(text: str) -> str:
    """The code or the sign that a word or sign beside a number means; blank for a text that is none."""
    name = " ".join(text.replace(".", "").upper().split())
    if name[-1:] in SIGNS:
        name = name.replace(" ", "")
    found = name if name in CODES or name in SIGNS else NAMES.get(name, "")
    codes = meanings(found)
    return next(iter(codes)) if len(codes) == 1 else found


def read_currency(text: str) -> str:
    """The three letters of a currency. Raises Unreadable for what is none, or may be several."""
    found = currency_named(plain_signs(text))
    codes = meanings(found)
    if found in CODES:
        return found
    if codes:
        sentence = f"This can be one of {len(codes)} currencies."
        code = "USD" if "USD" in codes else min(codes)
    else:
        sentence, code = "This is not a currency.", "USD"
    raise Unreadable(sentence, f"Write its three letters, for example {code}.", [Suggestion(code, code)])
