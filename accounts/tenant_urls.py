"""A tenant's addresses of its people. Mounted under /t/<slug>/."""

from django.urls import path

from accounts.views import people

PEOPLE = "settings/people"

urlpatterns = [
    path(f"{PEOPLE}/", people.people, name="people"),
    path(f"{PEOPLE}/invite/", people.invite, name="invite"),
    path(f"{PEOPLE}/invitations/<int:invitation_pk>/resend/", people.resend_invitation, name="resend_invitation"),
    path(f"{PEOPLE}/invitations/<int:invitation_pk>/withdraw/", people.withdraw_invitation, name="withdraw_invitation"),
    path(f"{PEOPLE}/leave/", people.leave_company, name="leave_company"),
    path(f"{PEOPLE}/<int:membership_pk>/role/", people.change_role, name="change_role"),
    path(f"{PEOPLE}/<int:membership_pk>/remove/", people.remove_person, name="remove_person"),
]
