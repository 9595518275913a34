"""The target file: where an equipment is, how to reach it, and what its vendor claims. Also bare addresses.

Credentials never stand in the file: ``password_env`` names the environment variable that holds the password.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from conformance.errors import TargetFileError, UsageError, raise_all
from profiles.addresses import authority
from profiles.errors import Place
from profiles.model import SignalId, Slug
from profiles.validation import validated
from profiles.yamlsource import load_yaml

MOST_TIME_SCALE = 10000
POLICIES = ("None", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss")


_PORT = re.compile(r":\d+$")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _is_url(url: str) -> str:
    if not re.fullmatch(r"opc\.tcp://[^\s/]+(/\S*)?", url):
        raise ValueError(f"'{url}' is no OPC UA address; write opc.tcp://host:port/path")
    return url


def _is_panel(address: str) -> str:
    if not re.fullmatch(r"[^\s:]+:\d+", address):
        raise ValueError(f"'{address}' is no address of a panel; write host:port")
    return address


class OpcuaEndpoint(_File):
    """How to reach the OPC UA server. Certificates are files; without one, a self-signed one is made for the run."""

    url: Annotated[str, AfterValidator(_is_url)]
    policy: Literal["None", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"] = "None"
    mode: Literal["None", "Sign", "SignAndEncrypt"] | None = None  # default: None, or SignAndEncrypt with a policy
    user: str | None = None
    password_env: str | None = None
    certificate: Path | None = None
    private_key: Path | None = None
    server_certificate: Path | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> OpcuaEndpoint:
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("certificate and private_key go together; give both or neither")
        if (self.user is None) != (self.password_env is None):
            raise ValueError("user and password_env go together; password_env names an environment variable")
        if self.policy == "None" and self.mode not in (None, "None"):
            raise ValueError(f"mode {self.mode} needs a policy; for example Basic256Sha256")
        if self.policy != "None" and self.mode == "None":
            raise ValueError(f"policy {self.policy} needs mode Sign or SignAndEncrypt; leave mode out for the latter")
        if urlsplit(self.url).username is not None:
            raise ValueError("url carries a user; use user and password_env")
        if not _PORT.search(urlsplit(self.url).netloc):
            raise ValueError(f"url {_no_port(self.url)}")
        return self

    @property
    def password(self) -> str | None:
        """From the environment; ``UsageError`` if the variable is not set."""
        if self.password_env is None:
            return None
        value = os.environ.get(self.password_env)
        if value is None:
            raise UsageError(
                f"environment variable {self.password_env} is not set; it holds the password of {self.user}"
            )
        return value


class ModbusEndpoint(_File):
    """How to reach the Modbus TCP server."""

    host: str = Field(min_length=1)
    port: int = Field(default=502, ge=1, le=65535)
    unit: int = Field(default=255, ge=0, le=255)

    @property
    def address(self) -> str:
        return authority(self.host, self.port)


class BindingOverride(_File):
    """Where a signal of this equipment is, if elsewhere than the profile says; ``modbus`` keys replace those of the profile."""

    opcua: str | None = None  # a browse path (prefix:Name/…) or a node id (ns=2;s=… or nsu=…;s=…)
    modbus: dict[str, Any] | None = None


class Timeouts(_File):
    """Wall seconds."""

    connect_s: float = Field(default=5.0, gt=0)
    request_s: float = Field(default=3.0, gt=0)
    check_s: float = Field(default=180.0, gt=0)
    poll_ms: float = Field(default=20.0, ge=1)


class TargetFile(_File):
    """One target file, as written."""

    kind: Literal["real", "mock"] = "real"
    name: str | None = None
    profile: str | None = None
    machine: str | None = None  # browse name, serial number or product instance URI, where a server has several
    opcua: OpcuaEndpoint | None = None
    modbus: ModbusEndpoint | None = None
    panel: Annotated[str, AfterValidator(_is_panel)] | None = None
    claims: dict[Slug, bool] = {}
    bindings: dict[SignalId, BindingOverride] = {}
    tolerances: dict[SignalId, Annotated[float, Field(ge=0)]] = {}
    parameters: dict[str, dict[Slug, Any]] = {}
    agreed_modes: tuple[int, ...] = (2,)  # unit modes in which it may be touched; 2 is Maintenance
    time_scale: float = Field(default=1.0, gt=0, le=MOST_TIME_SCALE)
    scan_ms: float = Field(default=0.0, ge=0)  # the PLC's scan time: uncertainty of every time measured
    parallel: int = Field(default=4, ge=1, le=16)  # checks that only look, at the same time
    timeouts: Timeouts = Timeouts()

    @model_validator(mode="after")
    def _is_coherent(self) -> TargetFile:
        if self.opcua is None and self.modbus is None:
            raise ValueError("names no endpoint; give opcua, modbus or both")
        if self.panel is not None and self.kind != "mock":
            raise ValueError("panel is the stand-in for a person at a mock; remove it, or set kind: mock")
        if self.time_scale != 1 and self.kind != "mock":
            raise ValueError("time_scale is for a mock only; remove it, or set kind: mock")
        return self


class Target(_File):
    """A target ready for use: the file, and what the command line said of it."""

    file: TargetFile
    ref: str  # as the user named it, for the command that reproduces a finding
    source: Any = None  # places of the file's keys, for later errors

    @property
    def name(self) -> str:
        return self.file.name or self.ref

    @property
    def folder(self) -> Path:
        """What paths in the file are relative to."""
        return Path() if self.source is None else Path(self.source.path).parent

    def scaled(self, time_scale: float) -> Target:
        """The same target at another time scale, which only a mock has: consent is a matter of the file (decision 18)."""
        if self.file.kind != "mock":
            raise UsageError(
                "--time-scale: only a mock can run at another time scale; write 'kind: mock' in a target file "
                "('setsubi mock --targets FOLDER' writes one), or leave it out"
            )
        if not 0 < time_scale <= MOST_TIME_SCALE:
            raise UsageError(f"--time-scale {time_scale:g}: must be above 0 and at most {MOST_TIME_SCALE}")
        return self.model_copy(update={"file": self.file.model_copy(update={"time_scale": time_scale})})

    def mend_time_scale(self, told: float) -> str:
        """What to do about a simulated unit that tells another time scale than is meant."""
        if self.source is None:
            return f"'setsubi init {self.ref} --out target.yaml' writes a target file that knows it; check that one"
        return f"write 'kind: mock' and 'time_scale: {told:g}' in {self.ref}"

    def fail(self, path: tuple[Any, ...], what: str, mend: str) -> TargetFileError:
        """An error at a key of the file."""
        place = self.source.place(path) if self.source is not None else Place(self.ref)
        return TargetFileError(place, what, mend)

    def public(self) -> dict[str, Any]:
        """What the event stream may say of the target: never a credential."""
        file = self.file
        return {
            "name": self.name,
            "kind": file.kind,
            "opcua": None if file.opcua is None else file.opcua.url,
            "modbus": None if file.modbus is None else file.modbus.address,
            "time_scale": file.time_scale,
        }


_ADDRESS = "an address begins with opc.tcp:// or modbus://"


def load_target(ref: str) -> Target:
    """A target from a YAML file or a bare ``opc.tcp://host:port/…`` or ``modbus://host:port/unit``.

    Raises ``TargetFileError`` or ``UsageError``; both are one line that says how to mend it.
    """
    if "://" in ref:
        return Target(file=_from_address(ref), ref=_without_user(ref))
    path = Path(ref)
    if path.suffix not in (".yaml", ".yml") and not path.exists():
        raise UsageError(f"{ref}: no such file; {_ADDRESS}, the name of a target file ends with .yaml")
    sourced = load_yaml(path, TargetFileError)
    if not isinstance(sourced.data, dict):
        found = "is empty" if sourced.data is None else "is not a mapping of keys"
        raise TargetFileError(sourced.place(()), found, "begin with 'kind: real' and 'opcua:' or 'modbus:'")
    if "units" in sourced.data:
        mend = "a target file has 'opcua:' or 'modbus:'; 'setsubi init ADDRESS' writes one"
        raise TargetFileError(sourced.place(("units",)), "this is a line file (setsubi simulate)", mend)
    file, wrong = validated(TargetFile, sourced)
    raise_all([TargetFileError(*violation) for violation in wrong])
    assert file is not None
    return Target(file=_resolve_files(file, path.parent), ref=ref, source=sourced)


def _from_address(ref: str) -> TargetFile:
    if ref.startswith("opc.tcp://"):
        if _without_user(ref) != ref:
            raise UsageError("the address carries a user; write a target file with user and password_env")
        if not re.match(r"^opc\.tcp://[^\s/:]+(:\d+)?(/\S*)?$", ref) and "[" not in ref:
            raise UsageError(f"'{ref}' is no OPC UA address; write opc.tcp://host:port/path")
        if not _PORT.search(urlsplit(ref).netloc):
            raise UsageError(f"'{ref}' {_no_port(ref)}")
        return TargetFile(opcua=OpcuaEndpoint(url=ref))
    if ref.startswith("modbus://"):
        try:
            parts = urlsplit(ref)
            unit = int(parts.path.strip("/") or 255)
            return TargetFile(modbus=ModbusEndpoint(host=parts.hostname or "", port=parts.port or 502, unit=unit))
        except ValueError:
            raise UsageError(
                f"'{ref}' is no Modbus address; write modbus://host:port or modbus://host:port/unit"
            ) from None
    raise UsageError(
        f"'{_without_user(ref)}' is no known kind of address; use opc.tcp://…, modbus://… or a target file"
    )


def _no_port(url: str) -> str:
    parts = urlsplit(url)
    mended = f"opc.tcp://{authority(parts.hostname or 'host', 4840)}{parts.path}"
    return f"has no port; usual are 4840 for OPC UA and 502 for Modbus TCP: write {mended}"


def _without_user(ref: str) -> str:
    return re.sub(r"(?<=://)[^/@]*@", "", ref)


def _resolve_files(file: TargetFile, folder: Path) -> TargetFile:
    """Certificate paths are relative to the target file."""
    if file.opcua is None:
        return file
    keys = ("certificate", "private_key", "server_certificate")
    moved = {k: folder / v for k in keys if (v := getattr(file.opcua, k)) is not None and not v.is_absolute()}
    return file.model_copy(update={"opcua": file.opcua.model_copy(update=moved)}) if moved else file
