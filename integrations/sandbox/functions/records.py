"""Creating, updating and deleting one record: the checks, stamps, hooks and audit row that every write passes.

Owns their order, for the generic and the object-specific functions alike. Must not check rights or read requests.
"""

from __future__ import annotations

from integrations.sandbox.data.context import Context
from integrations.sandbox.data.tables import Row
from integrations.sandbox.data.values import record_number
from integrations.sandbox.functions import audit
from integrations.sandbox.functions.hooks import AFTER_DELETE, AFTER_WRITE, BEFORE_DELETE, DUPLICATES
from integrations.sandbox.functions.incoming import Incoming, refusal
from integrations.sandbox.functions.lines import prepare, write_lines
from integrations.sandbox.functions.owned import erase_lines
from integrations.sandbox.functions.stamps import stamp
from integrations.sandbox.schema import CATALOGUE, ObjectDefinition
from integrations.sandbox.wire.failures import BUSINESS_RULE, DUPLICATE, ErrorEntry, FunctionFailure, with_support_id


def create_record(context: Context, incoming: Incoming) -> Row:
    """Write a new record with its lines; returns it as stored."""
    definition = incoming.definition
    table = context.company.table(definition.name)
    row = {name: value for name, value in incoming.values.items() if value and name != definition.record_key}
    try:
        prepare(context, definition, row, set(row))
        _check_unique(context, definition, row)
        row[definition.record_key] = str(table.next_key)
        if "STATUS" in definition.fields and not row.get("STATUS"):
            row["STATUS"] = "active"
        if definition.entity_owned and context.entity:
            row["MEGAENTITYID"] = context.entity
        stamp(context, definition, row, created=True)
        context.company.write(definition.name, row)
        write_lines(context, incoming, row)
        _after_write(context, definition, int(row[definition.record_key]))
    except FunctionFailure as failure:
        raise FunctionFailure(*failure.errors, *_companions(definition, "create")) from None
    audit.note(context, definition, row, "Create")
    return row


def update_record(context: Context, incoming: Incoming) -> Row:
    """Change a record found by number or business key; fields not given stay, empty ones are blanked."""
    definition = incoming.definition
    before = _existing(context, incoming)
    values = {name: value for name, value in incoming.values.items() if name != definition.record_key}
    row = {name: value for name, value in {**before, **values}.items() if value}
    for name in definition.key:
        if name in values and values[name] != before.get(name, "") and not definition.renamable:
            raise refusal(f"Field {name} of object {definition.name} cannot be changed.")
    try:
        prepare(context, definition, row, set(values))
        if definition.renamable and any(before.get(name) != row.get(name) for name in definition.key):
            _check_unique(context, definition, row)
        stamp(context, definition, row, created=False)
        context.company.write(definition.name, row)
        write_lines(context, incoming, row)
        _after_write(context, definition, int(row[definition.record_key]))
    except FunctionFailure as failure:
        raise FunctionFailure(*failure.errors, *_companions(definition, "update")) from None
    audit.note(context, definition, row, "Modify")
    return row


def delete_record(context: Context, definition: ObjectDefinition, row: Row) -> None:
    """Take a record out with its lines; refused while others refer to it."""
    rule = BEFORE_DELETE.get(definition.name)
    if rule is not None:
        rule(context, row)
    _check_unused(context, definition, row)
    context.company.erase(definition.name, int(row[definition.record_key]))
    if definition.lines is not None:
        erase_lines(context.company, definition.lines, row[definition.record_key])
    if definition.owner:
        owner = CATALOGUE[definition.owner]
        if owner.lines is not None:
            _after_write(context, owner, int(row[owner.lines.parent_key]))
    after = AFTER_DELETE.get(definition.name)
    if after is not None:
        after(context, row)
    audit.note(context, definition, row, "Delete")


def _companions(definition: ObjectDefinition, verb: str) -> list[ErrorEntry]:
    """The context that follows the cause, as live answers give it for master data and for documents."""
    if "AUWHENCREATED" not in definition.fields:
        if definition.name == "GLACCOUNT" and verb == "create":
            return [ErrorEntry(BUSINESS_RULE, "Could not create GL Account record.", errorid="GL-0504")]
        return [ErrorEntry(BUSINESS_RULE, f"Could not {verb} {definition.label} record!")]
    return [
        ErrorEntry(BUSINESS_RULE, f"Could not {verb} {definition.name.lower()} record!"),
        ErrorEntry(
            BUSINESS_RULE,
            f"Currently, we can't {verb} the transaction",
            correction="Check the transaction for errors or inconsistencies, then try again.",
        ),
    ]


def _existing(context: Context, incoming: Incoming) -> Row:
    definition, values = incoming.definition, incoming.values
    table = context.company.table(definition.name)
    given = values.get(definition.record_key, "")
    if given:
        names: tuple[str, ...] = (definition.record_key,)
        number = record_number(given)
        row = None if number is None else table.get(number)
    else:
        names = definition.key
        row = table.find(*table.business_key(values)) if names else None
    if row is None or not table.sees(row, context.scope()):
        wanted = " and ".join(f"{name}={values.get(name, '')}" for name in names)
        sentence = f"Cannot update non-existing {definition.name} with {wanted}."
        raise FunctionFailure(ErrorEntry(sentence, ""))
    return row


def _after_write(context: Context, definition: ObjectDefinition, number: int) -> None:
    rule = AFTER_WRITE.get(definition.name)
    if rule is not None:
        rule(context, number)


def _check_unique(context: Context, definition: ObjectDefinition, row: Row) -> None:
    table = context.company.table(definition.name)
    key = table.business_key(row)
    if not definition.key or "" in key or table.find(*key) is None:
        return
    own = DUPLICATES.get(definition.name)
    if own is not None:
        raise FunctionFailure(own(row))
    # The two blanks before "already" are the vendor's own.
    text = with_support_id(f"Another {definition.label} with the given value(s) {', '.join(key)}  already exists")
    raise FunctionFailure(ErrorEntry(DUPLICATE, text, correction="Use a unique value instead."))


def _check_unused(context: Context, definition: ObjectDefinition, row: Row) -> None:
    key = context.company.table(definition.name).business_key(row)
    for other in CATALOGUE.values():
        if other.owner == definition.name:
            continue
        pairs: list[tuple[str, ...]] = [
            (field.name,) for field in other.fields.values() if field.reference == definition.name
        ]
        pairs += [
            relation.local
            for relation in other.relations.values()
            if relation.target == definition.name and not relation.by_record
        ]
        for names in {pair for pair in pairs if len(pair) == len(key)}:
            for user in context.company.table(other.name).rows.values():
                if user is not row and tuple(user.get(name, "") for name in names) == key:
                    text = f"Cannot delete {definition.label} '{', '.join(key)}' because it is used by {other.label}"
                    raise refusal(text)
