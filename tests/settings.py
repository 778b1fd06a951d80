"""The settings of the product, with the toy document type of the tests beside it."""

import os
import tempfile
from pathlib import Path

from config import settings as product

globals().update({name: value for name, value in vars(product).items() if name.isupper()})
INSTALLED_APPS = [*product.INSTALLED_APPS, "tests.toy"]
ATTACHMENTS_DIR = Path(tempfile.gettempdir()) / f"erp-admin-attachments-{os.getpid()}"  # of whom a test does not ask
