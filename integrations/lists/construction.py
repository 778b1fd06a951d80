"""What a construction company keeps beside the general ledger: projects and their cost codes. Declarations only."""

from typing import Final

from integrations.lists.kinds import Group, ListKind, Permission

CONSTRUCTION: Final = (
    ListKind(
        key="projects",
        group=Group.PROJECTS,
        label="Projects",
        singular="Project",
        object="PROJECT",
        id_field="PROJECTID",
        name_field="NAME",
        fields=(
            "DESCRIPTION",
            "PROJECTSTATUS",
            "PROJECTTYPE",
            "PROJECTCATEGORY",
            "CUSTOMERID",
            "CUSTOMERNAME",
            "MANAGERID",
            "LOCATIONID",
            "DEPARTMENTID",
            "BEGINDATE",
            "ENDDATE",
            "CONTRACTAMOUNT",
            "CURRENCY",
            "RECORD_URL",
        ),
        parent_field="PARENTID",
        permission=Permission("Projects", "Projects"),
        purpose="To import projects.",
    ),
    ListKind(
        key="tasks",
        group=Group.PROJECTS,
        label="Tasks (cost codes)",
        singular="Task (cost code)",
        object="TASK",
        id_field="TASKID",
        name_field="NAME",
        fields=("PARENTKEY", "STANDARDTASKID", "TASKNO", "TASKSTATUS", "ITEMID", "BILLABLE"),
        parent_field="PROJECTID",
        permission=Permission("Projects", "Tasks"),
        purpose="To assign lines to the cost codes of a project.",
    ),
)
