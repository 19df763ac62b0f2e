"""A server of S3 in a process of its own, for tests of what is published to object storage."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from helpers.servers.service import PATIENCE_S, Environment, reserve_port

# HEAD is a part of GetObject in S3, and has a name of its own in moto.
ALLOWED = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:HeadObject"]}


def build_credentials(endpoint: str) -> Environment:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "someone",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-central-1",
    }


@contextmanager
def serve_bucket(name: str, log: Path) -> Iterator[str]:
    """Address of a server that has the bucket, empty, and readable by anybody; it runs until the block ends."""
    port = reserve_port()
    command = [Path(sys.executable).with_name("moto_server"), "--host", "127.0.0.1", "--port", str(port)]
    transport = httpx.HTTPTransport(retries=10)
    endpoint = f"http://127.0.0.1:{port}"
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            with httpx.Client(transport=transport, timeout=PATIENCE_S) as client:
                client.put(f"{endpoint}/{name}").raise_for_status()
                policy = {"Version": "2012-10-17", "Statement": [ALLOWED | {"Resource": f"arn:aws:s3:::{name}/*"}]}
                client.put(f"{endpoint}/{name}?policy", content=json.dumps(policy)).raise_for_status()
            yield endpoint
        finally:
            process.terminate()
