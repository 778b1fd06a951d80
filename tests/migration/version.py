"""Which version is the previous one, where its database lies, and the keys its secrets are sealed with.

Anyone who releases a version changes this file, see README.md. Knows nothing of Django.
"""

import base64
from pathlib import Path
from typing import Final

VERSION: Final = "0.1.0"
COMMIT: Final = "cc7b0f8"
FIXTURE: Final = Path(__file__).parent / "fixtures" / f"{VERSION}.jsonl.gz"
BUILDER: Final = Path(__file__).parent / f"build_{VERSION.replace('.', '_')}" / "__main__.py"
# Plainly invented; they seal the password of the local Intacct and the second factors of invented people.
KEYS: Final = [base64.urlsafe_b64encode(b"fixture-of-the-previous-version!").decode()]
TENANT: Final = "summit-ridge"
