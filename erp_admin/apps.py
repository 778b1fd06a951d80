"""App configuration of the construction side: registers its codes, flows and switches."""

from django.apps import AppConfig


class ErpAdminConfig(AppConfig):
    name = "erp_admin"
    verbose_name = "ERP Admin"

    def ready(self) -> None:
        from accounts.codes import declare
        from erp_admin.codes import FEATURES
        from erp_admin.flows import bills, commitment_change_orders, commitments, contracts, document_imports, projects
        from erp_admin.services.imports import expired_drafts
        from integrations.engine.flow import register_flow, register_switch
        from integrations.retention import Retention, register_retention

        declare(FEATURES)
        register_flow(projects.ProjectImport())
        register_flow(commitments.CommitmentPush())
        register_flow(commitment_change_orders.ChangeOrderPush())
        register_flow(document_imports.DocumentImport())
        register_switch(contracts.SYNC_CONTRACTS)
        register_switch(bills.SYNC_BILLS)
        register_retention(Retention("drafts", "files of which nothing was imported", 0, expired_drafts))
