"""How people write that a row is a total, a subtotal, or an amount carried forward.

Owns the words. Knows no row and no sum.
"""

import re
from collections.abc import Container
from typing import Final

from erp_admin.documents.plain import plain

_TOTALS: Final = frozenset(
    plain(word)
    for word in {"total", "totals", "subtotal", "subtotals", "ttl", "tot", "σ"}
    | {"summe", "gesamt", "gesamtsumme", "zwischensumme", "endsumme", "suma", "totale", "totaal"}
    | {"soustotal", "soma", "somma", "totalt", "subtotaal", "subtotale", "subtotali", "totali", "totales"}
    | {"totaux", "totais", "insgesamt", "nettosumme", "bruttosumme", "teilsumme", "gesamtbetrag", "zwischentotal"}
    | {"summa", "yhteensä", "delsumma", "slutsumma", "samlet", "samtals", "kokku", "kopā"}
    | {"celkem", "celkom", "spolu", "mezisoučet", "razem", "łącznie", "ogółem", "ukupno", "svega", "skupaj"}
    | {"összesen", "mindösszesen", "végösszeg", "toplam", "toplamı", "aratoplam", "jumlah", "tổng", "รวม", "कुल", "योग"}
    | {"всього", "усього", "разом", "общо", "вкупно", "укупно", "сумма", "подытог", "промежуточный", "σύνολο"}
    | {"סהכ", "סך", "סיכום", "مجموع", "اجمالي", "إجمالي", "計", "総計", "総合計", "累計", "소계", "合計額"}
    | {"итого", "всего", "合計", "小計", "總計", "总计", "合计", "小计", "합계", "총계", "المجموع", "الإجمالي"}
)
_SUMS: Final = frozenset({"sum", "sums"})  # not “lump sum” or “provisional sum”: only beside the words below
_BESIDE: Final = frozenset(
    {
        "sub",
        "grand",
        "net",
        "gross",
        "running",
        "page",
        "amount",
        "value",
        "price",
        "contract",
        "document",
    }
    | {"order", "purchase", "subcontract", "change", "co", "po", "this", "the", "of", "for", "all", "above", "lines"}
    | {"line", "items", "item", "rows", "due", "in", "overall", "final", "project", "job", "sheet", "group", "general"}
    | {"and", "to", "date", "usd", "eur", "cad", "gbp", "$", "€", "£", "division", "section", "phase", "original"}
    | {"report", "cost", "costs", "excl", "incl", "excluding", "including", "tax", "lot", "is", "a", "b", "c", "full"}
)
_CARRIED: Final = re.compile(
    r"^(?:amount |balance |total |sum )*"
    r"(?:(?:ubertrag|a reporter|report a nouveau|riporto|suma y sigue)$"
    r"|(?:carried|brought|carry|bring|balance) ?(?:forward|fwd|over|down)|[bc] [fd])\b"
)
_CARRIED_BEHIND: Final = re.compile(r"\b(?:(?:carried|brought) (?:forward|fwd|over|down)|[bc] f)$")
_SPACED: Final = re.compile(r"^(?:s ?u ?b )?t o t a l(?: s)?$")
_NO_TOTALS: Final = re.compile(r"\btotal (?:stations?|loss|quality)\b")
_LIKELY: Final = re.compile(
    r"^(?:\w+ ){0,2}(?:amount|value|price)$"
    r"|^(?:amount|balance|net) due\b|^(?:balance|net|report)$|^cumulative\b"
    r"|^(?:all|everything)\b|^(?:overall|altogether|aggregate)\b"
)


# What none of the words can do without, to pass by most texts quickly.
_HINTS: Final = re.compile(
    r"tota|sum|ttl|gesamt|forward|fwd|carr|bring|brought|balance|\b[bc]\W?[fd]\b|soma\b|t o t a l|\btot\b"
    r"|celk|razem|ukupno|toplam|jumlah|kokku|spolu|skupaj|svega|samtals|samlet|mezis|report|sigue",
    re.IGNORECASE,
)


def words_for_scripts() -> dict[str, list[str] | str]:
    """The words of `says_total`, for static/js/pasted.js, which tells the same of rows that are pasted."""
    return {
        "totals": sorted(_TOTALS | _SUMS),
        "beside": sorted(_BESIDE),
        "carried": [_CARRIED.pattern, _CARRIED_BEHIND.pattern],
        "spaced": _SPACED.pattern,
    }


def _may_speak_of_totals(text: str) -> bool:
    return not text.isascii() or bool(_HINTS.search(text))


def _bare(text: str) -> str:
    """Its words, with those of single letters joined; in Hebrew a quotation mark makes an abbreviation."""
    bare = plain(re.sub('["״](?=[א-ת])', "", text).replace("∑", " total "))
    return bare.replace(" ", "") if _SPACED.search(bare) else bare


def says_total(text: str, beside: Container[str] = ()) -> bool:
    """Whether a text says nothing but that its row is a total, or an amount carried from or to another page.

    `beside` are further words that may stand with it: those of the document it may be the total of.
    """
    if not _may_speak_of_totals(text):
        return False
    bare = _bare(text)
    if _CARRIED.search(bare) or _CARRIED_BEHIND.search(bare):
        return True
    words = set(bare.split())
    others = words - _TOTALS - _SUMS
    return words != others and all(
        word in _BESIDE or word in beside or any(sign.isdigit() for sign in word) for word in others
    )


def mentions_total(text: str) -> bool:
    """Whether a text begins or ends with a word for a total; it may say more."""
    if not _may_speak_of_totals(text):
        return False
    if says_total(text):
        return True
    bare = _bare(text)
    words = bare.split()
    joined = words[:2] == ["sub", "total"] or words[:2] == ["grand", "total"]
    return bool(words and ({words[0], words[-1]} & _TOTALS or joined)) and not _NO_TOTALS.search(bare)


def may_be_total(text: str) -> bool:
    """Whether a text is one that a row with the sum of others often has."""
    return bool(_LIKELY.search(plain(text)))
