"""Mail through Django's SMTP backend: one message, one connection, a time limit. What it says is left to the caller."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from domain.errors import UsageInvalid

SCHEMES = ("smtp", "smtp+starttls", "smtps")
SECONDS = 10


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def mail_server(url: str, sender: str, password: str = "") -> MailServer:
    """From a setting such as `smtp+starttls://desk@mail.example.gov.cn:587`. Raises UsageInvalid; a password in the URL is
    refused, for settings aren't secret.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname or parts.password is not None or parts.path.strip("/"):
        raise UsageInvalid(
            f"mail_url has the form {', '.join(s + '://' for s in SCHEMES)}user@host:port, without a password; "
            "that stands in keys/mail.password or MINGJING_MAIL_PASSWORD"
        )
    if "@" not in sender:
        raise UsageInvalid("mail_from is the address that notices come from; write it into mingjing.toml")
    port = parts.port or {"smtp": 25, "smtp+starttls": 587, "smtps": 465}[parts.scheme]
    user = unquote(parts.username or "")
    return MailServer(
        parts.hostname, port, sender, user, password if user else "", parts.scheme == "smtp+starttls", parts.scheme == "smtps"
    )  # fmt: skip


def send_mail(server: MailServer, to: str, subject: str, text: str) -> str:
    """Hand one message in; returns "" when the server took it, else the kind of fault, never the server's words."""
    from django.core.mail import EmailMessage, get_connection

    connection = get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host=server.host, port=server.port, username=server.user,
        password=server.password, use_tls=server.starttls, use_ssl=server.tls, timeout=SECONDS,
    )  # fmt: skip
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, text, server.sender, [to], connection=connection, headers=headers).send()
    except TimeoutError:
        return "timeout"
    except smtplib.SMTPAuthenticationError:
        return "smtp-login"
    except smtplib.SMTPResponseException as refused:
        return f"smtp-{refused.smtp_code}"
    except smtplib.SMTPRecipientsRefused:
        return "smtp-recipient"
    except smtplib.SMTPServerDisconnected:  # smtplib says so of a server that fell silent, too
        return "disconnected"
    except (smtplib.SMTPException, ValueError):  # ValueError: a header that can't be written
        return "smtp-refused"
    except OSError:
        return "unreachable"
    return ""
