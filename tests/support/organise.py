"""Run as a program: sign in and create a conference, printed as JSON; for servers in another namespace."""

import json
import pathlib
import sys

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))
    from tests.support.server import Organiser

    print(
        json.dumps(
            Organiser(sys.argv[1], sys.argv[2]).conference(**json.loads(sys.argv[3] if len(sys.argv) > 3 else "{}"))
        )
    )
