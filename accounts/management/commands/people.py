"""`people SLUG`: who belongs to a tenant, in which role, and who is invited."""

from datetime import datetime
from typing import Any

from accounts.commands import TenantCommand
from accounts.models import Tenant
from accounts.people.selectors import knows_second_factors, members, unanswered_invitations


class Command(TenantCommand):
    help = "List the people of a tenant, and the invitations that were not answered."

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        people = [
            {
                "email": member.user.email,
                "name": member.user.name,
                "role": member.role,
                "active": member.user.is_active,
                "last_login_at": _iso(member.user.last_login),
                "second_factor": member.has_second_factor if knows_second_factors() else None,
            }
            for member in members(tenant)
        ]
        invitations = [
            {
                "email": invitation.email,
                "role": invitation.role,
                "state": invitation.state.value,
                "invited_by": invitation.invited_by.email if invitation.invited_by else None,
                "created_at": _iso(invitation.created_at),
                "expires_at": _iso(invitation.expires_at),
            }
            for invitation in unanswered_invitations()
        ]
        lines = [f"{row['email']:40} {row['role']:12} {row['name']}" for row in people]
        lines += [f"{row['email']:40} {row['role']:12} ({row['state']})" for row in invitations]
        self.report({"tenant": tenant.slug, "people": people, "invitations": invitations}, *lines)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
