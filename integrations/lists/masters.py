"""Master data every accountant knows: accounts, items, customers. Declarations only."""

from typing import Final

from integrations.lists.kinds import Group, ListKind, Permission

MASTERS: Final = (
    ListKind(
        key="gl_accounts",
        group=Group.ACCOUNTING,
        label="GL accounts",
        singular="GL account",
        object="GLACCOUNT",
        id_field="ACCOUNTNO",
        name_field="TITLE",
        fields=(
            "ACCOUNTTYPE",
            "NORMALBALANCE",
            "CLOSINGTYPE",
            "CATEGORY",
            "ALTERNATIVEACCOUNT",
            "REQUIREDEPT",
            "REQUIRELOC",
            "REQUIREPROJECT",
            "REQUIRETASK",
        ),
        permission=Permission("General Ledger", "Accounts"),
        purpose="To choose the default account, and to know which dimensions an account asks for.",
    ),
    ListKind(
        key="items",
        group=Group.PURCHASING,
        label="Items",
        singular="Item",
        object="ITEM",
        id_field="ITEMID",
        name_field="NAME",
        fields=("ITEMTYPE", "GLGROUP", "UOMGRP", "EXTENDED_DESCRIPTION", "PODESCRIPTION", "DEFAULT_CONVERSIONTYPE"),
        permission=Permission("Inventory Control", "Items"),
        purpose="To choose the default item: every purchasing line in Intacct needs one.",
    ),
    ListKind(
        key="customers",
        group=Group.PARTNERS,
        label="Customers",
        singular="Customer",
        object="CUSTOMER",
        id_field="CUSTOMERID",
        name_field="NAME",
        fields=("TERMNAME", "CURRENCY", "RETAINAGEPERCENTAGE"),
        parent_field="PARENTID",
        permission=Permission("Accounts Receivable", "Customers"),
        purpose="To name the customer of a project.",
    ),
)
