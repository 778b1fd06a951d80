"""A tenant's addresses of its people. Mounted under /t/<slug>/."""

from django.urls import path

from accounts.people import views

PEOPLE = "settings/people"

urlpatterns = [
    path(f"{PEOPLE}/", views.people, name="people"),
    path(f"{PEOPLE}/invite/", views.invite, name="invite"),
    path(f"{PEOPLE}/invited/", views.invited, name="invited"),
    path(f"{PEOPLE}/invitations/<int:invitation_pk>/resend/", views.resend_invitation, name="resend_invitation"),
    path(f"{PEOPLE}/invitations/<int:invitation_pk>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
    path(f"{PEOPLE}/leave/", views.leave_company, name="leave_company"),
    path(f"{PEOPLE}/<int:membership_pk>/role/", views.change_role, name="change_role"),
    path(f"{PEOPLE}/<int:membership_pk>/remove/", views.remove_person, name="remove_person"),
]
