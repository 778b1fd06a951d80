"""What five minutes do, as a command for `manage.py shell`: the leases and slots of dead workers run out.

Owns the text. Needs no Django to be imported.
"""

EXPIRE = """
from django.utils import timezone
from accounts.tenancy import cross_tenant
from integrations import jobs
from integrations.models import CompanySlot, SyncRun
with cross_tenant("test"):
    SyncRun.objects.update(lease_expires_at=timezone.now())
CompanySlot.objects.update(expires_at=timezone.now())
jobs.dispatch()
"""
