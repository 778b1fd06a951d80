"""App configuration of the construction side: registers its codes, document types, flows and switches."""

from django.apps import AppConfig


class ErpAdminConfig(AppConfig):
    name = "erp_admin"
    verbose_name = "ERP Admin"

    def ready(self) -> None:
        from accounts.codes import declare
        from erp_admin import event_kinds
        from erp_admin.admin.documents import register_support_page
        from erp_admin.bills.flow import SYNC_BILLS
        from erp_admin.codes import FEATURES
        from erp_admin.contracts.flow import SYNC_CONTRACTS
        from erp_admin.documents.chosen import KEPT_DAYS
        from erp_admin.documents.trail import audit_type
        from erp_admin.documents.types import document_types, register_document_type
        from erp_admin.documents.words import index_of
        from erp_admin.issues.service import note_issues
        from erp_admin.notifications.service import SETTLED_KEPT_DAYS, tell_people
        from erp_admin.projects.flow import ProjectImport
        from erp_admin.purchasing.change_order_type import CHANGE_ORDERS
        from erp_admin.purchasing.codes import PURCHASING
        from erp_admin.purchasing.commitment_type import COMMITMENTS
        from erp_admin.purchasing.records import PurchasingDocuments
        from erp_admin.uploads.flow import DocumentImport, DocumentReading
        from erp_admin.uploads.selectors import expired_drafts
        from integrations.delivery.records import register_records
        from integrations.operations.retention import Retention, dated, register_retention
        from integrations.operations.rounds import register_round
        from integrations.records.search_index import register_index
        from integrations.runs.flow import register_flow
        from integrations.settings.declared import register_switch

        event_kinds.register()
        declare(PURCHASING)
        declare(FEATURES)
        register_records(PurchasingDocuments())
        register_flow(ProjectImport())
        register_document_type(COMMITMENTS)
        register_document_type(CHANGE_ORDERS)
        register_flow(DocumentReading())
        register_flow(DocumentImport())
        register_round(tell_people)
        register_switch(SYNC_CONTRACTS)
        register_switch(SYNC_BILLS)
        register_retention(Retention("drafts", "files of which nothing was imported", 0, expired_drafts))
        settled = dated("erp_admin.Notification", "settled_at")
        register_retention(Retention("notifications", "notifications that are settled", SETTLED_KEPT_DAYS, settled))
        register_retention(Retention("issues", "resolved issues", 730, dated("erp_admin.Issue", "resolved_at")))
        register_round(note_issues)
        register_retention(
            Retention("chosen", "selections of lists", KEPT_DAYS, dated("erp_admin.ChosenRecords", "created_at"))
        )
        for document_type in document_types():
            audit_type(document_type)
            register_index(index_of(document_type.model))
            register_support_page(document_type)
