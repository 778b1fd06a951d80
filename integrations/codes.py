"""The codes of integrations: connection, settings, lists, runs, deliveries; and where those of the client are fixed.

Owns their general words, places and named groups; the register is accounts.codes. A document is known here only as
something that is delivered.
"""

from typing import Final

from accounts.codes import Code, Place
from accounts.declared_codes import COMMAND_LINE
from integrations.intacct import CODES, Category

CONNECTION: Final = Place("Settings → Integrations → Sage Intacct → Connection", "connection", "Look at the connection")
INSTALLATION: Final = Place("the environment of the installation", "connection", "Look at the connection")
SETTINGS: Final = Place("Settings → Integrations → Sage Intacct → Settings", "settings", "Open the settings")
SYNC: Final = Place("SmartSync → Sync", "sync", "Open Sync")
LISTS: Final = Place("SmartSync → Lists", "lists", "Open the lists")
SCHEDULES: Final = Place("SmartSync → Schedules", "schedules", "Open the schedules")
RUNS: Final = Place("SmartSync → Sync history", "runs", "Open Sync history")
DOCUMENT: Final = Place("the page of the document", "{one}", "Open the {noun}")
EDIT_DOCUMENT: Final = Place("the form of the document", "edit_{one}", "Edit the {noun}")
EDIT_PARENT: Final = Place(
    "the form of the document, or of the one it belongs to", "edit_{one}", "Edit the {noun}", of_parent=True
)
LINK_DOCUMENT: Final = Place("the page of the document, under Link", "link_{one}", "Link it")
IN_INTACCT: Final = Place("Sage Intacct")
SUPPORT: Final = Place("support")
BY_ITSELF: Final = Place("nowhere; it is tried again without you")

# Intacct holds a record under the same reference, or says that it has executed the request.
DUPLICATES: Final = frozenset({"DUP-EXISTS", "DUP-CONTROLID", "DUP-MANY", "DUP-TAKEN"})

_OF_CATEGORY: Final = {
    Category.TRANSPORT: CONNECTION,
    Category.BUSY: BY_ITSELF,
    Category.SENDER: INSTALLATION,
    Category.SIGN_IN: CONNECTION,
    Category.ENTITY: CONNECTION,
    Category.SESSION: BY_ITSELF,
    Category.PERMISSION: IN_INTACCT,
    Category.SUBSCRIPTION: IN_INTACCT,
    Category.DATA: EDIT_DOCUMENT,
    Category.DUPLICATE: DOCUMENT,
    Category.UNKNOWN_OUTCOME: DOCUMENT,
    Category.PROTOCOL: SUPPORT,
}
_OF_KEY: Final = {
    "CON-CERTIFICATE": INSTALLATION,
    "CON-REDIRECT": INSTALLATION,
    "CON-STATUS": INSTALLATION,
    "CON-ENDPOINT": INSTALLATION,
    "CON-SENDER-COMPANY": CONNECTION,
    "SVC-SLOW": RUNS,
    "DOC-STATE": DOCUMENT,
    "REC-MISSING": DOCUMENT,
    "PAY-EXCEEDS": DOCUMENT,
    "HOLD-VENDOR": IN_INTACCT,
    "CMP-EXPIRED": IN_INTACCT,
    "ANS-HOSTILE": INSTALLATION,
}

# The list that each field of a document refers to, by the names that all types of documents give these fields.
_REFERENCES: Final = (
    ("vendor_id", "vendors"), ("project", "projects"), ("term_name", "ap_terms"), ("item_id", "items"),
    ("location_id", "locations"), ("department_id", "departments"), ("class_id", "classes"), ("task_id", "tasks"),
    ("cost_type_id", "cost_types"),
)  # fmt: skip
_LISTS_OF_KEY: Final = {
    "REF-INVALID": _REFERENCES,
    "HOLD-VENDOR": (("", "vendors"),),
    "CMP-EXPIRED": (("", "vendors"),),
}

FEATURES: Final = {
    "Sage Intacct": tuple(
        Code(
            code.key,
            code.title,
            code.advice,
            _OF_KEY.get(code.key, _OF_CATEGORY[code.category]),
            _LISTS_OF_KEY.get(code.key, ()),
        )
        for code in CODES
    ),
    "Connection": (
        Code("CON-NONE", "Sage Intacct is not connected", "Connect it under Settings → Integrations.", CONNECTION),
        Code("CON-CONNECTED", "Sage Intacct is connected already", "Use “Update credentials”, or disconnect first.",
             CONNECTION),
        Code("CON-STATE", "The connection cannot be used now", "See Settings → Integrations.", CONNECTION),
        Code("CON-NO-SENDER", "The installation has no Sender ID", "The person who runs this application sets "
             "INTACCT_SENDER_ID and INTACCT_SENDER_PASSWORD and restarts it.", INSTALLATION),
        Code("CON-MISSING", "Company ID, User ID or Password is missing", "Fill it in and try again.", CONNECTION),
        Code("CON-SECRET", "The stored password can no longer be read", "Enter the credentials again under Settings → "
             "Integrations → Update credentials.", CONNECTION),
        Code("CON-NO-PASSWORD", "No password was given to the command", "Set INTACCT_USER_PASSWORD, or run the command "
             "in a terminal.", COMMAND_LINE),
        Code("LIM-SLOTS", "As many requests to the company are under way as it takes", "Wait a minute and try again. "
             "Running syncs are listed under Sync history.", RUNS),
        Code("LIM-SIGN-INS", "Other sign-ins to Intacct are being tried", "Wait a minute and try again.", CONNECTION),
        Code("CON-WAIT", "Too many sign-ins to Intacct were refused", "Wait as long as is told; nothing is sent "
             "meanwhile. Ask in Intacct for the company, the user and a new password.", CONNECTION),
        Code("CONFIG-KEYS", "FIELD_ENCRYPTION_KEYS cannot be used", "The person who runs this application sets them; "
             "manage.py check says what is wrong.", INSTALLATION),
    ),
    "Settings": (
        Code("SWITCH-OFF", "The flow is switched off", "A company admin switches it on under Settings → Integrations → "
             "Sage Intacct → Settings.", SETTINGS),
        Code("SETTINGS-INVALID", "A value of the settings cannot be used", "Correct the values that are named. With "
             "--draft an incomplete set is kept.", COMMAND_LINE),
    ),
    "Lists": (
        Code("LIST-UNKNOWN", "There is no such list", "Sync the lists; the page of the lists names those there are.",
             LISTS),
        Code("LIST-FIELDS", "Sage Intacct does not offer a field without which the list cannot be read", "Ask Sage "
             "support whether the object is available in your company.", IN_INTACCT),
        Code("LIST-LIMITED", "Sage Intacct did not let a field of the list be read", "Each sync asks for it again. "
             "What was known before is kept; records of which it was never known cannot be used. If it stays, check in "
             "Intacct that the role of the web services user may see the field.", IN_INTACCT),
        Code("LIST-INCOMPLETE", "Sage Intacct did not send all the records it announced or had before", "Sync the list "
             "again. If it stays, compare the list with the one in Intacct.", SYNC),
        Code("LIST-UNREAD", "A record of the list comes from Sage Intacct in a form that cannot be read", "Open the "
             "last sync: it names the record and what is wrong with it. Correct it in Intacct; it is asked for again "
             "with each sync.", SYNC),
        Code("ENTITY-UNKNOWN", "There is no such entity to sync", "Choose one of the entities that the Web Services "
             "user may enter.", SYNC),
        Code("ENTITY-GONE", "The entity can no longer be synced", "Give the user access to it and renew the "
             "credentials, or set the schedules of this entity to Never.", SCHEDULES),
        Code("SYNC-FROM", "A Full reads everything, so it has no first day", "Choose Partial to read from a day on.",
             SYNC),
        Code("MODE-UNKNOWN", "There is no such kind of sync", "Choose Full or Partial.", SYNC),
    ),
    "Runs": (
        Code("RUN-ACTIVE", "A run of the same kind is under way already", "Wait for its end, then try again.", RUNS),
        Code("RUN-BUSY", "Many runs are being started at this moment", "Try again in a minute.", RUNS),
        Code("RUN-LOST", "The worker was lost three times while doing this", "Start the run again.", RUNS),
        Code("NOT-SETTLED", "What was asked for is not settled yet", "It goes on by itself; the page Issues says what "
             "needs somebody.", BY_ITSELF),
        Code("RUN-UNKNOWN", "There is no such run", "See the runs there are with: manage.py runs", COMMAND_LINE),
        Code("FLOW-UNKNOWN", "There is no such flow", "The message names the flows there are.", COMMAND_LINE),
        Code("DOCUMENT-UNKNOWN", "There is no document with this number", "Correct the number.",
             COMMAND_LINE),
        Code("DEFECT", "Something went wrong here, not in Sage Intacct", "Nothing was lost. Start the run again; if it "
             "fails again, send support the number of this run.", SUPPORT),
    ),
    "Deliveries": (
        Code("DATA", "A value of the document is missing or cannot be sent", "Correct the field that is named.",
             EDIT_DOCUMENT),
        Code("NOTHING", "There is nothing to do", "Nothing of what was chosen can be done, or it is done already.",
             DOCUMENT),
        Code("NOT-QUEUED", "It cannot be taken back any more", "Sending has begun, or it has ended; the page of the "
             "document says how it stands.", DOCUMENT),
        Code("PUSHED", "It is being pushed, or is in Sage Intacct already", "Wait for the end or take it back; or "
             "unlink it first.", DOCUMENT),
        Code("LINKED", "It is linked to a record in Sage Intacct", "Change it in Intacct as well and refresh it here, "
             "or unlink it first.", DOCUMENT),
        Code("NOT-LINKED", "It is not linked to a record in Sage Intacct", "Push it, or link it.", DOCUMENT),
        Code("MISSING", "Sage Intacct does not show the record any more", "Look there whether it was deleted. Then "
             "recreate it, or unlink it and link another record.", DOCUMENT),
        Code("NOT-MISSING", "The record is not known to be missing in Sage Intacct", "Refresh it first.", DOCUMENT),
        Code("TOO-EARLY", "Sage Intacct does not show the record yet", "It was delivered just now, and searches may "
             "not find it yet. Refresh it again in a quarter of an hour.", DOCUMENT),
        Code("CHANGED", "It was linked to another record meanwhile", "Look at it again.", DOCUMENT),
        Code("PLAN-CHANGED", "What would be sent is no longer what was planned", "Look at the preview, then push it "
             "again.", DOCUMENT),
        Code("PLAN-DEFECT", "ERP Admin cannot work out what to write of the document", "Tell support; the log names "
             "the place.", SUPPORT),
        Code("STEP-UNKNOWN", "What an earlier step became in Sage Intacct is not known", "Refresh the document, then "
             "push it again.", DOCUMENT),
        Code("NO-ANSWER", "It was sent many times in vain", "Look in Intacct whether it is there: then link it. "
             "Otherwise push it again.", DOCUMENT),
        Code("DUP-MANY", "Sage Intacct holds several records that are all like this document", "Keep one of them in "
             "Intacct, remove the others, then link it here.", DOCUMENT),
        Code("DUP-TAKEN", "The record in Sage Intacct belongs to another document in ERP Admin", "Give this one "
             "another number.", EDIT_DOCUMENT),
        Code("DOC-REMOVED", "The document was removed while it waited to be pushed", "Enter it again if it is still "
             "needed.", RUNS),
    ),
}  # fmt: skip
