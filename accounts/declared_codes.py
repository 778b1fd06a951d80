"""The codes of accounts: invitations, people, commands. Owns their general words; the register is accounts.codes."""

from typing import Final

from accounts.codes import Code, Place

PEOPLE: Final = Place("Settings → People", "people", "Open People")
INVITATION: Final = Place("the page of the invitation")
FORM: Final = Place("the page of the form")
COMMAND_LINE: Final = Place("the command line")

FEATURES: Final = {
    "People and invitations": (
        Code("INVITE-OPEN", "The person is invited already", "Send the invitation again from the list of people, or "
             "withdraw it first.", PEOPLE),
        Code("INVITE-MEMBER", "The person belongs to the company already", "To change what they may do, change their "
             "role in the list of people.", PEOPLE),
        Code("INVITE-LIMIT", "There are as many invitations as there can be", "Withdraw those that are no longer "
             "needed, or go on tomorrow.", PEOPLE),
        Code("INVITE-ANSWERED", "The invitation was accepted or withdrawn meanwhile", "The list shows how it stands "
             "now.", PEOPLE),
        Code("INVITE-CLOSED", "The invitation can no longer be accepted", "Ask an admin of the company to invite you "
             "again.", INVITATION),
        Code("INVITE-KNOWN", "There is an account for the invited address already", "Log in with it to accept.",
             INVITATION),
        Code("INVITE-SOMEBODY-ELSE", "The invitation is for another address", "Log in with the invited address.",
             INVITATION),
        Code("PEOPLE-LAST-ADMIN", "The company would be left without an admin", "Make somebody else an admin first.",
             PEOPLE),
        Code("PEOPLE-NOT-ADMIN", "You are no longer an admin of the company", "Ask one of its admins to do this.",
             PEOPLE),
        Code("PEOPLE-UNKNOWN", "No such person belongs to the company", "See who belongs to it under Settings → "
             "People, or with: manage.py people", PEOPLE),
    ),
    "Drafts of forms": (
        Code("DRAFT-TOO-MANY", "There are as many drafts as are kept", "Open forms you began, and restore or discard "
             "what is offered there.", FORM),
    ),
    "Commands": (
        Code("TENANT-UNKNOWN", "There is no such tenant", "Make one with: manage.py create_tenant", COMMAND_LINE),
        Code("USAGE", "The command was given arguments that do not fit together", "See the command with --help.",
             COMMAND_LINE),
    ),
}  # fmt: skip
