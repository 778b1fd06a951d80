"""Installs the app of the toy documents for as long as a module of tests runs, with its tables and its lists.

Owns that nothing of it is left afterwards: other tests go over all models, lists and flows there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import AppConfig, apps
from django.db import connection as database

from integrations import lists
from integrations.runs import flow as flows
from integrations.runs.flow import Flow
from tests.toy_imports.declared import KINDS
from tests.toy_imports.models import APP, MODELS


@contextmanager
def installed() -> Iterator[None]:
    config = AppConfig.create("tests.toy_imports")
    config.apps = apps
    apps.app_configs[APP] = config
    config.import_models()
    apps.clear_cache()
    try:
        with database.schema_editor() as editor:
            for model in MODELS:
                editor.create_model(model)
        yield
        with database.schema_editor() as editor:
            for model in reversed(MODELS):
                editor.delete_model(model)
    finally:
        del apps.app_configs[APP]
        apps.clear_cache()


def use_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS:
        monkeypatch.setitem(lists.KINDS_BY_KEY, kind.key, kind)


def use_flow(monkeypatch: pytest.MonkeyPatch, flow: Flow) -> None:
    monkeypatch.setitem(flows._flows, flow.key, flow)
