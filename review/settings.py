"""Django settings as one function of the installation: database, people, languages, headers. Imports no Django."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from domain.errors import HomeInvalid, UsageInvalid
from review import keys
from review.permissions import Role

BUSY_SECONDS = 30
CONSOLE = Path(__file__).parent / "console"
SQLITE_SETUP = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"


def database(home: Path, url: str | None) -> dict[str, Any]:
    """Django's DATABASES entry: SQLite in HOME, or `postgresql://user:password@host:port/name?sslmode=…`.

    Without a password in the URL libpq's own ways (PGPASSWORD, ~/.pgpass) hold. Raises UsageInvalid.
    """
    if not url:
        options = {"timeout": BUSY_SECONDS, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_SETUP}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(home / "platform.sqlite3"), "OPTIONS": options}
    parts = urlsplit(url)
    if parts.scheme.split("+")[0] not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise UsageInvalid("the database URL has the form postgresql://user@host:5432/name; leave it out for SQLite")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": "10", **dict(parse_qsl(parts.query))},
    }


def settings(
    home: Path,
    database_url: str | None,
    *,
    debug: bool,
    tls: bool,
    time_zone: str,
    hosts: Sequence[str] = (),
    factor_roles: str = "",
) -> dict[str, Any]:
    """Everything that `django.conf.settings` needs. `hosts`: names under which the console is reached beside localhost.
    `factor_roles`: roles that sign with a second factor, as mingjing.toml names them.

    Raises HomeInvalid where the keys aren't there, or for a role that there isn't."""
    return {
        "MINGJING_HOME": home,
        "MINGJING_FACTOR_ROLES": roles_named(factor_roles),
        "OTP_TOTP_ISSUER": "Mingjing",
        "SECRET_KEY": keys.console_key(home),
        "DEBUG": debug,
        "DATABASES": {"default": database(home, database_url)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        **PEOPLE,
        **WEB,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]", *hosts],
        "FILE_UPLOAD_TEMP_DIR": str(home / "run")
        if (home / "run").is_dir()
        else None,  # never outside the installation
        "LANGUAGE_CODE": "zh-hans",
        "LANGUAGES": [("zh-hans", "简体中文"), ("en", "English")],
        "USE_I18N": True,
        "USE_TZ": True,
        "TIME_ZONE": time_zone,
        **_headers(tls),
    }


def factor_roles_of(home: Path) -> str:
    """What HOME/mingjing.toml says of second factors, for programs that start without flows. Raises HomeInvalid."""
    try:
        said = tomllib.loads((home / "mingjing.toml").read_text("utf-8")).get("second_factor_roles", "")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise HomeInvalid(f"{home}/mingjing.toml can't be read; the console doesn't start without it") from None
    return str(said)


def roles_named(text: str) -> frozenset[str]:
    """Roles in a list with commas between; `all` names every one. Raises HomeInvalid for another word."""
    said = {word.strip() for word in text.split(",") if word.strip()}
    known = {role.value for role in Role}
    if unknown := said - known - {"all"}:
        raise HomeInvalid(
            f"mingjing.toml: second_factor_roles names {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}, all"
        )
    return frozenset(known if "all" in said else said)


PEOPLE: dict[str, Any] = {
    "AUTH_USER_MODEL": "review.User",
    "AUTHENTICATION_BACKENDS": ["review.console.login.SignatureBackend"],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    ],
}

WEB: dict[str, Any] = {
    "ROOT_URLCONF": "review.console.urls",
    "WSGI_APPLICATION": "review.console.wsgi.application",
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "review.console.apps.ReadOnlyAdmin",
        "django_otp",
        "django_otp.plugins.otp_totp",
        "django_otp.plugins.otp_static",
        "review.apps.Review",
    ],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "review.console.headers.content_policy",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "review.console.origin.Whence",
        "django.contrib.messages.middleware.MessageMiddleware",
        "review.console.limits.Limits",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "review.console.refusals.Refusals",
        "review.console.access.Gate",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [CONSOLE / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {
                "builtins": ["review.console.tags"],
                "context_processors": [
                    "review.console.layout.frame",
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
    "STATIC_URL": "/static/",
    "STATICFILES_DIRS": [CONSOLE / "static"],
    "LOGIN_URL": "sign_in",
    "LOGIN_REDIRECT_URL": "home",
    "LOGOUT_REDIRECT_URL": "sign_in",
    "LOGGING_CONFIG": None,  # the program that embeds this room sets up logging
}


def _headers(tls: bool) -> dict[str, Any]:
    """Cookies and headers. `tls`: the console stands behind https, so cookies and HSTS insist on it."""
    return {
        "SESSION_COOKIE_SECURE": tls,
        "CSRF_COOKIE_SECURE": tls,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_AGE": 8 * 3600,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "SECURE_HSTS_SECONDS": 31_536_000 if tls else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": tls,
        "SECURE_HSTS_PRELOAD": tls,
        "SECURE_SSL_REDIRECT": tls,
        "X_FRAME_OPTIONS": "DENY",
    }
