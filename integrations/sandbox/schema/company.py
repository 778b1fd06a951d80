"""Declarations of users, roles and the audit history.

Owns field names as developer.intacct.com documents them for each object. Must not hold records or decide permissions.
"""

from __future__ import annotations

COMPANY: dict[str, dict[str, object]] = {
    "USERINFO": {
        "label": "User",
        "key": "LOGINID",
        "policy": ("Administration", "Users"),
        "fields": "RECORDNO:seq- LOGINID:text- USERTYPE:user_type- ADMIN:bool- STATUS:user_status- LOGINDISABLED:bool- "
        "DESCRIPTION:text- CONTACTINFO.CONTACTNAME:text- CONTACTINFO.EMAIL1:text- WHENCREATED:time- WHENMODIFIED:time-",
        "operations": "read",
        "entity_owned": False,
    },
    "ROLES": {
        "label": "Role",
        "key": "NAME",
        "policy": ("Administration", "Roles"),
        "fields": "RECORDNO:seq- NAME:text- DESCRIPTION:text- WHENCREATED:time- WHENMODIFIED:time-",
        "operations": "read",
        "entity_owned": False,
    },
    "USERROLES": {
        "label": "User Role",
        "key": "",
        "policy": ("Administration", "Roles"),
        "fields": "RECORDNO:seq- USERID:text- ROLENAME:text-",
        "relations": "USERINFO=USERINFO:USERID ROLES=ROLES:ROLENAME",
        "operations": "read",
        "entity_owned": False,
    },
    "ROLEUSERS": {
        "label": "Role User",
        "key": "",
        "policy": ("Administration", "Roles"),
        "fields": "RECORDNO:seq- USERLOGINID:text- ROLENAME:text-",
        "relations": "ROLES=ROLES:ROLENAME",
        "operations": "read",
        "entity_owned": False,
    },
    "ROLEPOLICYASSIGNMENT": {
        "label": "Role Permission",
        "key": "",
        "policy": ("Administration", "Roles"),
        "fields": "RECORDNO:seq- ROLENAME:text- POLICYNAME:text-",
        "relations": "ROLES=ROLES:ROLENAME",
        "operations": "read",
        "entity_owned": False,
    },
    "AUDITHISTORY": {
        "label": "Audit History",
        "plural": "Audit History",
        "key": "",
        "policy": ("Platform Services", "Custom Reports"),
        "fields": "ID:seq- OBJECTTYPE:text- OBJECTKEY:text- OBJECTDESC:text- ACCESSMODE:access_mode- ACCESSTIME:time- "
        "USERID:text- WORKFLOWACTION:text- SOURCE:text- IPADDRESS:text-",
        "operations": "read",
        "entity_owned": False,
        "record_key": "ID",
    },
}
