"""Files of documents as tests upload them: text, and workbooks as Excel stores them."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

COMMITMENT_HEADER = "Number,Title,Type,Vendor,Date,Terms,Description,Amount"
_SPREADSHEETML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def csv_of(*rows: str, header: str = COMMITMENT_HEADER) -> bytes:
    return "\n".join([header, *rows]).encode()


def commitment_row(number: str, vendor: str, amount: str = "1000", description: str = "Works") -> str:
    return f'{number},Works,Subcontract,"{vendor}",2026-03-02,Net 30,{description},{amount}'


def workbook(rows: Sequence[str], *, strings: Sequence[str] = (), more: dict[str, str] | None = None) -> bytes:
    """A workbook with these rows, each the XML of its cells. Styles 1 and 3 show a date, 2 a percentage."""
    body = "".join(f'<row r="{number}">{cells}</row>' for number, cells in enumerate(rows, 1))
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEETML}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Hidden" sheetId="1" state="hidden" r:id="rId1"/><sheet name="Documents" sheetId="2" r:id="rId2"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SPREADSHEETML}"><sheetData/></worksheet>',
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{_SPREADSHEETML}"><sheetData>{body}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_SPREADSHEETML}">{shared}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SPREADSHEETML}"><numFmts><numFmt numFmtId="164" '
        'formatCode="[$-409]d\\-mmm\\-yyyy;@"/></numFmts><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        **(more or {}),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return stream.getvalue()


def texts(*cells: str) -> str:
    """Cells that hold their text themselves."""
    return "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in cells)
