"""Makes secret keys: `python -m config.keys FOLDER` writes, once, those that docker-compose.yml names."""

import base64
import secrets
import sys
from pathlib import Path


def make() -> dict[str, str]:
    """A value for each setting that must be secret and random."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ACLF_IDENTITY_KEYS": _random_key(),
        "ACLF_BLIND_INDEX_KEY": _random_key(),
    }


def deployment() -> dict[str, str]:
    """The content of every secret file of a deployment with docker-compose.yml, by file name."""
    made = make()
    database, broker = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    return {
        "secret_key": made["SECRET_KEY"],
        "identity_keys": made["ACLF_IDENTITY_KEYS"],
        "blind_index_key": made["ACLF_BLIND_INDEX_KEY"],
        "postgres_password": secrets.token_urlsafe(24),
        "database_password": database,
        "database_url": f"postgresql://aclf:{database}@postgres:5432/aclf",
        "broker_password": broker,
        "redis_url": f"redis://:{broker}@broker:6379/0",
    }


def _random_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name, content in deployment().items():
        file = folder / name
        if not file.exists():
            file.write_text(content)
            print(f"made {file}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
