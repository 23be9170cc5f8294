"""``/openapi.json`` against the node: what is documented is what is answered, and nothing breaks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from litestar.routes import HTTPRoute

from eirene.web.app import routes_of
from eirene.web.openapi import document
from web_node import Served, WebNode, an_incident

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,unsupported_method"
)
JOC = "joc-duty-officer"


@pytest.mark.slow
def test_the_api_is_as_described(tmp_path: Path) -> None:
    web = WebNode(tmp_path / "node")
    web.file(an_incident(), an_incident(compartment="command", killed=2))
    web.file(an_incident(compartment="partners"), role="ngo-focal-point")
    served = Served(web)
    found = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{served.url}/openapi.json",
            "--header",
            f"Authorization: Bearer {web.token[JOC]}",
            "--checks",
            CHECKS,
            "--phases",
            "examples,coverage,fuzzing",
            "--exclude-path",
            "/api/sign-out",
            "--max-examples",
            "8",
            "--seed",
            "1",
            "--request-timeout",
            "10",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    served.close()
    web.close()
    assert found.returncode == 0, found.stdout[-6000:] + found.stderr[-2000:]


def test_every_route_says_what_it_is() -> None:
    document_ = document(routes_of())
    described = {(path, method) for path, of in document_["paths"].items() for method in of}
    for route in routes_of().routes:
        if isinstance(route, HTTPRoute):
            path = re.sub(r":\w+}", "}", route.path)
            for handler in route.route_handlers:
                for method in handler.http_methods - {"OPTIONS"}:
                    assert (path, method.lower()) in described, (path, method)
    names = [of["operationId"] for path in document_["paths"].values() for of in path.values()]
    assert len(names) == len(set(names))
