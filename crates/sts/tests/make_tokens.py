#!/usr/bin/env python3
"""Writes tokens.json beside it: keys and tokens that openssl has made, of each algorithm, for the tests of
`sts::web_identity`. Run it to have others."""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "tests" / "labs"))

from oidc_provider import ALGORITHMS, Key  # noqa: E402

CLAIMS = {
    "iss": "https://issuer.example",
    "sub": "repo:octo-org/octo-repo:ref:refs/heads/main",
    "aud": "sts.amazonaws.com",
    "iat": 1727179000,
    "exp": 1727182800,
}

keys = {name: Key(name, f"key of {name}") for name in ALGORITHMS}
wrong = Key("RS256", "key of RS256")
written = {
    "keys": {"keys": [key.public() for key in keys.values()]},
    "tokens": {name: key.token(CLAIMS) for name, key in keys.items()},
    "without_key_id": keys["ES256"].token(CLAIMS, kid=None),
    "by_another": wrong.token(CLAIMS),
    "of_no_key": keys["RS256"].token(CLAIMS, kid="nobody's"),
    "of_another_algorithm": keys["RS256"].token(CLAIMS, alg="RS512"),
    "unsigned": keys["RS256"].token(CLAIMS, alg="none").rpartition(".")[0] + ".",
}
(HERE / "tokens.json").write_text(json.dumps(written, indent=1) + "\n")
