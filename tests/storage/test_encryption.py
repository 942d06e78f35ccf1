"""An encrypted workspace: nothing readable on disk, the key in the keyring alone, and no way to lose the file."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from dataops_desktop.actions.sync_glue_catalog import SyncGlueCatalogOptions
from dataops_desktop.app.sync_worker import run_sync_process
from dataops_desktop.app.wiring import open_context
from dataops_desktop.errors import CredentialsError, WorkspaceError
from dataops_desktop.interfaces.cancel import CancelToken
from dataops_desktop.storage.database import Database
from dataops_desktop.storage.encryption import decrypt, encrypt, is_encrypted, key_name, key_of
from dataops_desktop.storage.schema import MIGRATIONS
from dataops_desktop.storage.secrets import MemorySecrets
from dataops_desktop.storage.workspace import SqliteWorkspace
from tests.conftest import Cloud

CANARY = "canary-in-the-workspace"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    path = tmp_path / "a b%20?x#y.dataops"  # a name that a careless address would cut
    store = SqliteWorkspace(path)
    store.settings.set_setting("note", CANARY)
    store.close()
    return path


def files_with(folder: Path, text: str) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file() and text.encode() in path.read_bytes()]


def test_nothing_can_be_read_without_the_key(workspace: Path) -> None:
    keyring = MemorySecrets()
    assert not is_encrypted(workspace)
    assert key_of(workspace, keyring) == ""
    assert files_with(workspace.parent, CANARY)
    key = encrypt(workspace, keyring)
    assert is_encrypted(workspace)
    assert key_of(workspace, keyring) == key
    assert not files_with(workspace.parent, CANARY)
    store = SqliteWorkspace(Database(workspace, key=key))
    assert store.settings.setting("note") == CANARY
    store.settings.set_setting("more", CANARY * 50)
    assert not files_with(workspace.parent, CANARY)  # the journal neither
    store.close()
    if sys.platform != "win32":
        assert stat.S_IMODE(workspace.stat().st_mode) == 0o600
    moved = workspace.rename(workspace.with_name("moved.dataops"))
    assert key_of(moved, keyring) == key  # the key is the file's, wherever it lies
    decrypt(moved, keyring)
    assert not is_encrypted(moved)
    assert keyring.get(f"workspace/{moved.read_bytes()[:16].hex()}") is None
    assert not keyring._secrets
    store = SqliteWorkspace(moved)
    assert store.settings.setting("more") == CANARY * 50
    store.close()


def test_without_its_key_it_stays_shut_and_unchanged(workspace: Path) -> None:
    keyring = MemorySecrets()
    encrypt(workspace, keyring)
    before = workspace.read_bytes()
    with pytest.raises(WorkspaceError, match="its key is not in this system's keyring"):
        key_of(workspace, MemorySecrets())
    for wrong in ("", "00" * 32):
        with pytest.raises(WorkspaceError, match="damaged or is not a workspace"):
            Database(workspace, key=wrong)
    with pytest.raises(WorkspaceError, match="encrypted already"):
        encrypt(workspace, keyring)
    assert workspace.read_bytes() == before


def test_a_keyring_that_refuses_leaves_the_file_as_it_was(workspace: Path) -> None:
    class Refusing(MemorySecrets):
        def put(self, name: str, secret: str) -> None:
            raise CredentialsError("The system keyring is locked.", "Unlock it.")

    with pytest.raises(CredentialsError, match="locked"):
        encrypt(workspace, Refusing())
    store = SqliteWorkspace(workspace)
    assert store.settings.setting("note") == CANARY
    store.close()
    assert [path.name for path in workspace.parent.iterdir()] == [workspace.name]


def test_it_is_not_touched_while_somebody_has_it_open(workspace: Path) -> None:
    database = Database(workspace)
    with database.write() as db:
        db.execute("INSERT INTO setting VALUES ('x', '1')")
        with pytest.raises(WorkspaceError, match="could not be changed"):
            encrypt(workspace, MemorySecrets())
    database.close()
    assert not is_encrypted(workspace)
    assert not workspace.with_name(f"{workspace.name}.rekey").exists()


def test_what_a_kill_left_behind_is_no_hindrance(workspace: Path) -> None:
    workspace.with_name(f"{workspace.name}.rekey").write_bytes(b"half a copy")
    keyring = MemorySecrets()
    key = encrypt(workspace, keyring)
    Database(workspace, key=key).close()
    assert key_name(workspace).startswith("workspace/")


def test_an_update_keeps_its_backup_encrypted(tmp_path: Path) -> None:
    path, keyring = tmp_path / "old.dataops", MemorySecrets()
    old = Database(path, MIGRATIONS[:-1])
    with old.write() as db:
        db.execute("INSERT INTO setting VALUES ('note', ?)", (f'"{CANARY}"',))
    old.close()
    key = encrypt(path, keyring)
    Database(path, key=key).close()
    names = [file.name for file in tmp_path.iterdir()]
    assert any(".before-v" in name for name in names)
    assert not files_with(tmp_path, CANARY)


def test_actions_and_the_sync_process_work_on_it(workspace: Path, cloud: Cloud) -> None:
    key = encrypt(workspace, MemorySecrets())
    run_sync_process(
        str(workspace),
        cloud.options,
        SyncGlueCatalogOptions(("contracts_db",)),
        lambda _: None,
        CancelToken(),
        key,
    )
    with open_context(workspace, cloud.options, key) as context:
        assert context.workspace.catalog.counts()["glue-table"] > 3
    assert not files_with(workspace.parent, "vendor_info")
