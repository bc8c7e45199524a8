"""Fields beside telephones and mail addresses of contacts by which an index finds them however they are written."""

from typing import Final

PHONE_KEY: Final = "complaint_phone_key"
EMAIL_KEY: Final = "complaint_email_key"
