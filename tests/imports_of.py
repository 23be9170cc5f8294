"""What a module imports, read from its source without running it."""

import ast


def imports_of(source: str, module: str = "") -> list[tuple[int, str]]:
    """Line and dotted name of each import, wherever in the source it stands.

    ``from a.b import c`` is ``a.b.c``. Imports inside functions count, so do those for type
    checkers and those by name through importlib. ``module`` is whose source it is, for relative
    imports.
    """
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source, module or "<source>")):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [node.module] if node.module else []
            if node.level:
                base = [*module.split(".")[: -node.level], *base]
            found += [(node.lineno, ".".join([*base, alias.name])) for alias in node.names]
        elif isinstance(node, ast.Call) and node.args:
            by_name = ast.unparse(node.func).endswith(("import_module", "__import__"))
            if by_name and isinstance(node.args[0], ast.Constant):
                found.append((node.lineno, str(node.args[0].value)))
    return found
