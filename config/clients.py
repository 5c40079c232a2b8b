"""`make clients`: typed clients in TypeScript and Python, made from the committed API file.

They land in `clients/typescript/src/generated` and `clients/python/aclf_client`, which are not committed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from config import embedded

CLIENTS = embedded.ROOT / "clients"
FILE = embedded.ROOT / "api" / "openapi.yaml"
NODE_BIN = CLIENTS / "node_modules" / ".bin"
PYTHON_BIN = os.path.dirname(sys.executable)
TYPESCRIPT = CLIENTS / "typescript"
PYTHON = CLIENTS / "python"


def environment() -> dict[str, str]:
    """One in which the tools find Node.js, which is installed beside Python."""
    return {**os.environ, "PATH": f"{PYTHON_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def typescript() -> list[str]:
    """The command that writes every type of the file."""
    types = ["--root-types", "--root-types-no-schema-prefix", "--enum-values"]
    out = TYPESCRIPT / "src" / "generated" / "schema.ts"
    return [str(NODE_BIN / "openapi-typescript"), str(FILE), *types, "--output", str(out)]


def python(file: Path) -> list[str]:
    """The command that writes a package with a function for every operation of `file`."""
    how = ["--config", str(PYTHON / "config.yaml"), "--meta", "none", "--overwrite", "--fail-on-warning"]
    out = ["--output-path", str(PYTHON / "aclf_client")]
    return [f"{PYTHON_BIN}/openapi-python-client", "generate", "--path", str(file), *how, *out]


def main() -> int:
    """Write both anew; what a tool says is shown where it failed."""
    with tempfile.TemporaryDirectory() as folder:
        same = Path(folder) / "openapi.json"  # which Python reads in a tenth of the time
        same.write_text(json.dumps(yaml.load(FILE.read_bytes(), yaml.CSafeLoader)))
        for command in (typescript(), python(same)):
            done = subprocess.run(command, env=environment(), capture_output=True, text=True)
            if done.returncode:
                print(done.stdout, done.stderr, sep="\n")
                return 1
    print(f"Written: {TYPESCRIPT / 'src' / 'generated'} and {PYTHON / 'aclf_client'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
