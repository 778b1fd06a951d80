"""Reads from the source which codes the product raises, stores, compares with, and whether it matches one by a part.

Owns the reading alone; tests/test_codes.py holds it against the register. Follows names, not types: a parameter,
attribute or keyword of one of NAMES is a code. Must not import what it reads.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("accounts", "integrations", "erp_admin")
# The local Sage Intacct speaks in the vendor's numbers; a code of the log-in is one that people type.
NOT_READ = ("integrations/sandbox", "accounts/sign_in")
NAMES = frozenset({"code", "error_code", "state_code", "last_problem_code"})
# Django's own, whose codes name its messages; they are shown to nobody.
NOT_OURS = frozenset({"ValidationError"})
PARTIAL = frozenset({"startswith", "endswith", "removeprefix", "removesuffix", "partition", "split", "find"})
PATTERNS = frozenset({"match", "search", "fullmatch", "fnmatch"})
PARTIAL_LOOKUPS = frozenset({"startswith", "istartswith", "endswith", "contains", "icontains", "regex", "iregex"})

Scope = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Use:
    """A code at a place; `where` is file and line."""

    code: str
    where: str


@dataclass(frozen=True)
class Parameter:
    """Where a callable takes its code: by `name`, and by position unless it is keyword-only."""

    name: str
    position: int | None


@dataclass
class Findings:
    raised: list[Use] = field(default_factory=list)
    compared: list[Use] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    by_a_part: list[str] = field(default_factory=list)

    def codes(self) -> set[str]:
        return {use.code for use in self.raised}


class Unreadable(Exception):
    """An expression of which the source does not say what code it is."""


def sources(root: Path = ROOT, packages: Sequence[str] = PACKAGES) -> dict[str, ast.Module]:
    """The modules of the product by dotted name."""
    found = {}
    for path in chain.from_iterable((root / package).rglob("*.py") for package in packages):
        name = path.relative_to(root).with_suffix("")
        if not str(name).startswith(NOT_READ) and "migrations" not in name.parts:
            dotted = ".".join(name.parts).removesuffix(".__init__")
            found[dotted] = ast.parse(path.read_text())
    return found


def read(modules: dict[str, ast.Module]) -> Findings:
    """Everything the modules do with codes."""
    house = House(modules)
    findings = Findings()
    for name, tree in modules.items():
        Reader(house, name, tree, findings).read()
    return findings


class House:
    """What the modules define: constants, and the callables that take a code."""

    def __init__(self, modules: dict[str, ast.Module]) -> None:
        self.modules = modules

    @cached_property
    def symbols(self) -> dict[str, dict[str, str]]:
        """By module, what each name stands for: "module:name"."""
        return {name: dict(self._symbols_of(name, tree)) for name, tree in self.modules.items()}

    @staticmethod
    def _symbols_of(name: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield from ((alias.asname or alias.name, f"{node.module}:{alias.name}") for alias in node.names)
        for statement in tree.body:
            if isinstance(statement, ast.ClassDef | Scope):
                yield statement.name, f"{name}:{statement.name}"
            for target, _ in assignments(statement):
                if isinstance(target, ast.Name):
                    yield target.id, f"{name}:{target.id}"

    def origin(self, module: str, name: str) -> str:
        """What a name of a module stands for where it was defined, through packages that pass it on; "" if unknown."""
        last, seen = "", set()
        while (symbol := self.symbols.get(module, {}).get(name, "")) and symbol not in seen:
            last = symbol
            seen.add(symbol)
            module, _, name = symbol.partition(":")
        return last

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        return {
            f"{name}:{target.id}": value
            for name, tree in self.modules.items()
            for statement in tree.body
            for target, value in assignments(statement)
            if isinstance(target, ast.Name)
        }

    @cached_property
    def takers(self) -> dict[str, Parameter]:
        """Functions and classes at the top of a module, by origin."""
        found: dict[str, Parameter] = {}
        bases: dict[str, list[str]] = {}
        for name, tree in self.modules.items():
            for statement in tree.body:
                if isinstance(statement, ast.ClassDef):
                    bases[f"{name}:{statement.name}"] = [
                        self.origin(name, base.id) for base in statement.bases if isinstance(base, ast.Name)
                    ]
                if isinstance(statement, ast.ClassDef | Scope) and (parameter := parameter_of(statement)):
                    found[f"{name}:{statement.name}"] = parameter
        for _ in range(5):  # deeper than any family of errors here
            for own, parents in bases.items():
                inherited = next((found[parent] for parent in parents if parent in found), None)
                if inherited is not None and not self._has_own_init(own):
                    found.setdefault(own, inherited)
        return found

    def _has_own_init(self, origin: str) -> bool:
        module, _, name = origin.partition(":")
        return any(
            isinstance(node, ast.ClassDef) and node.name == name and init_of(node) is not None
            for node in self.modules[module].body
        )

    @cached_property
    def methods(self) -> dict[str, Parameter]:
        """Methods by name alone: `self._fail(…)` does not say whose it is."""
        return {
            method.name: parameter
            for tree in self.modules.values()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for method in node.body
            if isinstance(method, Scope) and method.name != "__init__"
            if (parameter := parameter_of(method, is_method=True))
        }

    @cached_property
    def by_name(self) -> dict[str, Parameter]:
        return {origin.partition(":")[2]: parameter for origin, parameter in self.takers.items()}


class Reader:
    """Reads one module."""

    def __init__(self, house: House, module: str, tree: ast.Module, findings: Findings) -> None:
        self.house = house
        self.module = module
        self.tree = tree
        self.findings = findings

    def read(self) -> None:
        self._read(self.tree, ())

    def _read(self, node: ast.AST, scopes: tuple[Scope, ...]) -> None:
        self._look_at(node, scopes)
        inner = (*scopes, node) if isinstance(node, Scope) else scopes
        for child in ast.iter_child_nodes(node):
            self._read(child, inner)

    def _look_at(self, node: ast.AST, scopes: tuple[Scope, ...]) -> None:
        if isinstance(node, ast.Call):
            self._call(node, scopes)
        elif isinstance(node, ast.Compare):
            self._compare(node, scopes)
        elif isinstance(node, ast.Subscript) and is_carried(node.value):
            self.findings.by_a_part.append(f"{self._where(node)}: {ast.unparse(node)}")
        elif isinstance(node, ast.Assign):
            for target, value in assignments(node):
                if isinstance(target, ast.Attribute) and target.attr in NAMES:
                    self._raised(value, scopes)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in NAMES - {"code"}:
                    self._raised(value, scopes)
        elif isinstance(node, ast.ClassDef):
            for target, value in chain.from_iterable(assignments(each) for each in node.body):
                if isinstance(target, ast.Name) and target.id in NAMES and isinstance(value, ast.Constant):
                    self._raised(value, scopes)
        elif isinstance(node, Scope):
            for name, default in defaults_of(node):
                if name in NAMES:
                    self._raised(default, scopes)

    def _call(self, node: ast.Call, scopes: tuple[Scope, ...]) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        is_part = called in PARTIAL and isinstance(node.func, ast.Attribute) and is_carried(node.func.value)
        if is_part or (called in PATTERNS and any(is_carried(argument) for argument in node.args)):
            self.findings.by_a_part.append(f"{self._where(node)}: {ast.unparse(node)}")
        for keyword in node.keywords:
            name, _, lookup = (keyword.arg or "").partition("__")
            if name in NAMES and lookup in PARTIAL_LOOKUPS:
                self.findings.by_a_part.append(f"{self._where(node)}: {keyword.arg}")
            elif keyword.arg in NAMES and called not in NOT_OURS and not is_int(keyword.value):
                self._raised(keyword.value, scopes)
        parameter = self._parameter(node.func)
        if parameter is not None and parameter.position is not None and len(node.args) > parameter.position:
            self._raised(node.args[parameter.position], scopes)

    def _parameter(self, called: ast.expr) -> Parameter | None:
        if isinstance(called, ast.Name):
            return self.house.takers.get(self.house.origin(self.module, called.id))
        if isinstance(called, ast.Attribute):
            package, _, name = self.house.origin(self.module, getattr(called.value, "id", "")).partition(":")
            if (module := f"{package}.{name}") in self.house.modules:
                return self.house.takers.get(self.house.origin(module, called.attr))
            return self.house.methods.get(called.attr) or self.house.by_name.get(called.attr)
        return None

    def _compare(self, node: ast.Compare, scopes: tuple[Scope, ...]) -> None:
        sides = [node.left, *node.comparators]
        if not any(is_carried(side) for side in sides):
            return
        if any(isinstance(operator, ast.In | ast.NotIn) for operator in node.ops) and is_carried(sides[-1]):
            self.findings.by_a_part.append(f"{self._where(node)}: {ast.unparse(node)}")
            return
        for side in sides:
            if (not is_carried(side) and not isinstance(side, ast.Constant | ast.Attribute)) or is_text(side):
                values = side.elts if isinstance(side, ast.Tuple | ast.Set | ast.List) else [side]
                for value in values:
                    try:
                        codes = self._codes(value, scopes)
                    except Unreadable:
                        continue  # a group: what it holds is read where it is made
                    self.findings.compared.extend(Use(code, self._where(node)) for code in codes)

    def _raised(self, expression: ast.expr, scopes: tuple[Scope, ...]) -> None:
        try:
            codes = self._codes(expression, scopes)
        except Unreadable:
            self.findings.unreadable.append(f"{self._where(expression)}: {ast.unparse(expression)}")
        else:
            self.findings.raised.extend(Use(code, self._where(expression)) for code in codes)

    def _where(self, node: ast.AST) -> str:
        return f"{self.module}:{getattr(node, 'lineno', 0)}"

    def _codes(self, expression: ast.expr, scopes: tuple[Scope, ...]) -> set[str]:
        """The codes an expression may be, none where it carries one on. Raises Unreadable."""
        match expression:
            case ast.Constant(value=str(text)):
                return {text} - {""}
            case ast.IfExp(body=body, orelse=other):
                return self._codes(body, scopes) | self._codes(other, scopes)
            case ast.BoolOp(values=values):
                return set().union(*(self._codes(value, scopes) for value in values))
            case ast.JoinedStr(values=parts):
                return {"".join(self._part(part, scopes) for part in parts)}
            case ast.Name(id=name):
                return self._named(name, scopes)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(position))):
                return self._elements(name, position, scopes)
            case ast.Call(func=ast.Name(id="OuterRef"), args=[ast.Constant(value=name)]) if name in NAMES:
                return set()
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name), *_]) if name in NAMES:
                return set()
        if is_carried(expression):
            return set()
        raise Unreadable

    def _part(self, part: ast.expr, scopes: tuple[Scope, ...]) -> str:
        codes = self._codes(part.value if isinstance(part, ast.FormattedValue) else part, scopes)
        if len(codes) != 1:
            raise Unreadable
        return codes.pop()

    def _named(self, name: str, scopes: tuple[Scope, ...]) -> set[str]:
        for scope in reversed(scopes):
            if name in (argument.arg for argument in arguments_of(scope)):
                if name in NAMES:
                    return set()
                raise Unreadable
            own = [value for target, value in assigned_in(scope) if isinstance(target, ast.Name) and target.id == name]
            if own:
                return set().union(*(self._codes(value, scopes) for value in own))
            if name in NAMES and (yielded := self._yielded(scope, name)):
                return set().union(*(self._codes(value, (function,)) for function, value in yielded))
        origin = self.house.origin(self.module, name)
        if origin not in self.house.constants:
            raise Unreadable
        home = Reader(self.house, origin.partition(":")[0], self.tree, self.findings)
        return home._codes(self.house.constants[origin], ())

    def _elements(self, name: str, position: int, scopes: tuple[Scope, ...]) -> set[str]:
        tuples = [
            value
            for target, value in chain.from_iterable(assigned_in(scope) for scope in scopes)
            if isinstance(target, ast.Name) and target.id == name and isinstance(value, ast.Tuple)
        ]
        if not tuples:
            raise Unreadable
        return set().union(*(self._codes(value.elts[position], scopes) for value in tuples))

    def _yielded(self, scope: Scope, name: str) -> list[tuple[Scope, ast.expr]]:
        """What a loop in `scope` takes for `name` from the tuples that a function of this module yields."""
        functions = {node.name: node for node in self.tree.body if isinstance(node, Scope)}
        found: list[tuple[Scope, ast.expr]] = []
        for loop in (node for node in ast.walk(scope) if isinstance(node, ast.For)):
            match loop:
                case ast.For(target=ast.Tuple(elts=names), iter=ast.Call(func=ast.Name(id=function))):
                    position = next((at for at, each in enumerate(names) if getattr(each, "id", "") == name), None)
                    if position is not None and function in functions:
                        found += [
                            (functions[function], node.value.elts[position])
                            for node in ast.walk(functions[function])
                            if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple)
                        ]
        return found


def assignments(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Targets with their values; those of a tuple one by one."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            # With a star among the targets, or a tuple given whole, each one takes the value as it stands.
            if (
                isinstance(target, ast.Tuple)
                and isinstance(node.value, ast.Tuple)
                and len(target.elts) == len(node.value.elts)
                and not any(isinstance(each, ast.Starred) for each in (*target.elts, *node.value.elts))
            ):
                yield from zip(target.elts, node.value.elts, strict=True)
            else:
                yield target, node.value


def assigned_in(scope: Scope) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(scope):
        yield from assignments(node)


def arguments_of(scope: Scope) -> list[ast.arg]:
    return [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]


def defaults_of(scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    positional = [*scope.args.posonlyargs, *scope.args.args]
    given = positional[len(positional) - len(scope.args.defaults) :]
    yield from ((argument.arg, default) for argument, default in zip(given, scope.args.defaults, strict=True))
    for argument, default in zip(scope.args.kwonlyargs, scope.args.kw_defaults, strict=True):
        if default is not None:
            yield argument.arg, default


def init_of(node: ast.ClassDef) -> Scope | None:
    return next((each for each in node.body if isinstance(each, Scope) and each.name == "__init__"), None)


def parameter_of(node: ast.ClassDef | Scope, *, is_method: bool = False) -> Parameter | None:
    """Where a function, or the making of a class, takes its code."""
    if isinstance(node, ast.ClassDef):
        init = init_of(node)
        if init is not None:
            return parameter_of(init, is_method=True)
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
        fields = [each for each in fields if not ast.unparse(each.annotation).startswith("ClassVar")]
        named = [(str(getattr(each.target, "id", "")), ast.unparse(each.annotation)) for each in fields]
        return next((Parameter(name, at) for at, (name, kind) in enumerate(named) if is_one(name, kind)), None)
    is_static = any(getattr(decorator, "id", "") == "staticmethod" for decorator in node.decorator_list)
    positional = [*node.args.posonlyargs, *node.args.args][1 if is_method and not is_static else 0 :]
    for at, argument in enumerate(positional):
        if is_one(argument.arg, ast.unparse(argument.annotation) if argument.annotation else ""):
            return Parameter(argument.arg, at)
    return next((Parameter(each.arg, None) for each in node.args.kwonlyargs if each.arg in NAMES), None)


def is_one(name: str, annotation: str) -> bool:
    return name in NAMES and annotation.startswith("str")


def is_carried(expression: ast.expr) -> bool:
    """Whether it is a code that was raised elsewhere: an attribute or a name that says so."""
    if isinstance(expression, ast.Attribute):
        return expression.attr in NAMES
    return isinstance(expression, ast.Name) and expression.id in NAMES


def is_int(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and isinstance(expression.value, int)


def is_text(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and isinstance(expression.value, str)
