"""Dotted names of modules. stdin: JSON {"modules": [...], "names": [...], "path": [folders to import from]}.

stdout: JSON {"public": every name that these modules define or import, dotted, "missing": the names that do not exist}.
"""

import importlib
import json
import sys


def exists(dotted):
    parts = dotted.split('.')
    for count in range(len(parts), 0, -1):
        try:
            found = importlib.import_module('.'.join(parts[:count]))
        except ImportError:
            continue
        return all(hasattr(found, part) and ((found := getattr(found, part)) or True) for part in parts[count:])
    return False


request = json.load(sys.stdin)
sys.path[:0] = request['path']
public = [
    f'{name}.{member}'
    for name in request['modules']
    for member in vars(importlib.import_module(name))
    if not member.startswith('_')
]
print(json.dumps({'public': public, 'missing': [name for name in request['names'] if not exists(name)]}))
