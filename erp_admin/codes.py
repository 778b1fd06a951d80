"""The codes of the construction side: documents, projects, files. Owns their general words and places.

The register is accounts.codes; what is true of every delivered document stands in integrations.codes.
"""

from typing import Final

from accounts.codes import Code, Place
from accounts.declared_codes import COMMAND_LINE

PROJECTS: Final = Place("ERP Admin → Projects", "projects", "Open Projects")
UPLOADS: Final = Place("ERP Admin → Import a file", "commitment_imports", "Import a file")

ISSUES: Final = Place("Issues", "issues", "Open the issues")

_SAVE_AGAIN: Final = "Open it in the spreadsheet program and save it again as .xlsx, or as CSV."

FEATURES: Final = {
    "Projects": (
        Code("PROJECT-NUMBER", "There is a project with this number already", "Give this one another number.",
             PROJECTS),
        Code("PROJECT-UNKNOWN", "There is no such project in Sage Intacct", "Check the id; if the project was added in "
             "Intacct just now, sync the projects first.", PROJECTS),
        Code("PROJECTS-UNREAD", "The projects could not be read from Sage Intacct", "See the run that the message "
             "names.", COMMAND_LINE),
    ),
    "Issues": (
        Code("ISSUE-DAY", "An issue can be snoozed until a day to come only", "Choose tomorrow or a later day.",
             ISSUES),
    ),
    "Files that people import": (
        Code("FILE-EMPTY", "The file holds no rows", "Choose the file with the documents.", UPLOADS),
        Code("FILE-KIND", "The file is not a table", "Choose a CSV, XLSX or JSON file.", UPLOADS),
        Code("FILE-OLD", "The file is a workbook of an old form", "Save it as .xlsx, or as CSV.", UPLOADS),
        Code("FILE-SIZE", "The file is larger than 10 MB", "Split it into several files.", UPLOADS),
        Code("FILE-ROWS", "The file has too many rows", "Split it into several files.", UPLOADS),
        Code("FILE-COLUMNS", "A row has too many columns", "Remove what is not needed, or check the delimiter.",
             UPLOADS),
        Code("FILE-CELL", "A cell has too many characters", "Shorten it.", UPLOADS),
        Code("FILE-UNPACKED", "The workbook unpacks to too much", "Keep only the sheet with the documents, without "
             "pictures and empty formatted rows.", UPLOADS),
        Code("FILE-PASSWORD", "The workbook is protected with a password", "Save it without the password.", UPLOADS),
        Code("FILE-EFFORT", "Reading the file takes too much time or memory", "Split it into several files, or keep "
             "only the rows and columns with the documents.", UPLOADS),
        Code("FILE-XLSX", "The workbook is damaged", _SAVE_AGAIN, UPLOADS),
        Code("FILE-CSV", "The CSV file cannot be read to its end", "Save it again as “CSV UTF-8” from the "
             "spreadsheet.", UPLOADS),
        Code("FILE-ENCODING", "The text of the file cannot be read", "Save it as “CSV UTF-8”.", UPLOADS),
        Code("FILE-JSON", "The JSON file does not have the expected shape", "It is a list of documents, or "
             "{“documents”: [ … ]}, each document an object with its “lines”.", UPLOADS),
        Code("FILE-HEADER", "The header of the file is not clear", "Name the columns as in the template.", UPLOADS),
        Code("FILE-BACKGROUND", "The file is too large to be read at once", "Connect Sage Intacct, or split the file.",
             UPLOADS),
        Code("FILE-NOT-KEPT", "The file itself was not kept", "Upload it again.", UPLOADS),
        Code("FILE-READ-AS", "What the column “Read as” says is not understood", "Leave it as it was downloaded, or "
             "delete the column.", UPLOADS),
        Code("IMPORT-UNREAD", "The file was not read to its end", "Wait until it is read, or have it read again.",
             UPLOADS),
        Code("FILE-UNREADABLE", "The file cannot be opened", "Check the path.", COMMAND_LINE),
        Code("MATCH", "The record cannot be chosen for a name of the file", "Choose one that is active.", UPLOADS),
        Code("CORRECTED", "Somebody else corrected the cell meanwhile", "Look at what stands there now, and correct it "
             "again if need be.", UPLOADS),
        Code("CELL", "The value does not fit the cell of the file", "Write it as the message says.", UPLOADS),
        Code("IMPORT-GONE", "The file was discarded before it was imported", "Upload it again.", UPLOADS),
        Code("IMPORTED", "Documents of the file were imported, so its record stays", "Nothing to do.", UPLOADS),
    ),
}  # fmt: skip
