"""Every setting of Tekil, read once from the environment (and a `.env` beside the Makefile) and checked."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from orchestration.lib.errors import TekilError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("duckdb", "postgres")
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """The settings of one run; paths are absolute, times naive UTC, `memory_limit` in DuckDB's spelling."""

    root: Path
    target: str
    landing: Path
    duckdb_path: Path
    pg_host: str
    pg_port: int
    pg_user: str
    pg_password: str = field(repr=False)
    pg_dbname: str
    pg_reader: str
    as_of: datetime | None
    pii_salt: str = field(repr=False)
    timezone: str
    currency: str
    phone_region: str
    memory_limit: str
    threads: int
    lock_timeout: float
    linking: bool = True
    known_at: datetime | None = None
    gate: bool = True
    stale_after: int = 168
    report_path: Path = PROJECT_ROOT / "warehouse" / "report" / "index.html"

    @classmethod
    def from_environment(
        cls, env: Mapping[str, str] | None = None, root: Path | str = PROJECT_ROOT
    ) -> "Settings":
        """Read all settings; the real environment wins over `.env`, an empty value means the default.

        Creates the salt file beside the warehouse when no salt is set. Raises TekilError for a bad value.
        """
        root = Path(root).resolve()
        values = {**read_dotenv(root / ".env"), **(os.environ if env is None else env)}
        get = _Getter({k: v.strip() for k, v in values.items() if k.startswith("TEKIL_") and v.strip()})
        duckdb_path = _path(root, get.text("TEKIL_DUCKDB_PATH", "warehouse/tekil.duckdb"))
        return cls(
            root=root,
            target=get.one_of("TEKIL_TARGET", "duckdb", ENGINES),
            landing=_path(root, get.text("TEKIL_LANDING", "warehouse/sample")),
            duckdb_path=duckdb_path,
            pg_host=get.text("TEKIL_PG_HOST", "127.0.0.1"),
            pg_port=get.number("TEKIL_PG_PORT", 5432, 1, 65535),
            pg_user=get.text("TEKIL_PG_USER", "postgres"),
            pg_password=get.text("TEKIL_PG_PASSWORD", ""),
            pg_dbname=get.text("TEKIL_PG_DBNAME", "tekil"),
            pg_reader=get.text("TEKIL_PG_READER", "bi"),
            as_of=get.moment("TEKIL_AS_OF"),
            pii_salt=get.text("TEKIL_PII_SALT", "") or salt_beside(duckdb_path),
            timezone=get.timezone("TEKIL_TIMEZONE", "Europe/Istanbul"),
            currency=get.matching("TEKIL_CURRENCY", "TRY", r"[A-Z]{3}", "a three-letter code such as TRY"),
            phone_region=get.matching(
                "TEKIL_PHONE_REGION", "TR", r"[A-Z]{2}", "the two-letter code of a country, such as TR"
            ),
            memory_limit=get.memory("TEKIL_MEMORY_LIMIT"),
            threads=get.number("TEKIL_THREADS", os.cpu_count() or 1, 1, 1024),
            lock_timeout=get.number("TEKIL_LOCK_TIMEOUT", 600, 0, 7 * 86400),
            linking=get.one_of("TEKIL_LINKING", "on", ("on", "off")) == "on",
            known_at=get.moment("TEKIL_KNOWN_AT"),
            gate=get.one_of("TEKIL_GATE", "on", ("on", "off")) == "on",
            stale_after=get.number("TEKIL_STALE_AFTER", 168, 0, 100_000),
            report_path=_path(root, get.text("TEKIL_REPORT_PATH", "warehouse/report/index.html")),
        )

    def clock(self) -> datetime:
        """Now, as naive UTC with microseconds: the moment TEKIL_AS_OF names, else the wall clock."""
        return self.as_of or datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class _Getter:
    values: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.values.get(name, default)

    def one_of(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise bad_setting(name, value, f"set it to {' or '.join(allowed)}")
        return value

    def matching(self, name: str, default: str, pattern: str, wanted: str) -> str:
        value = self.text(name, default)
        if not re.fullmatch(pattern, value):
            raise bad_setting(name, value, f"set it to {wanted}")
        return value

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"\d{1,9}", value) or not lowest <= int(value) <= highest:
            raise bad_setting(name, value, f"set it to a whole number from {lowest} to {highest}")
        return int(value)

    def moment(self, name: str) -> datetime | None:
        value = self.text(name, "now")
        if value.lower() == "now":
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise bad_setting(
                name, value, "set it to now or to an ISO 8601 time such as 2026-03-01T00:00:00Z"
            ) from None
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

    def timezone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise bad_setting(name, value, "set it to an IANA time zone such as Europe/Istanbul") from None
        return value

    def memory(self, name: str) -> str:
        value = self.text(name, "") or f"{max(256, machine_memory() * 6 // 10 // MEBIBYTE)}MiB"
        if not re.fullmatch(r"\d{1,9}(\.\d+)?\s*([KMGT]i?B|%)", value, re.IGNORECASE):
            raise bad_setting(name, value, "set it to a size such as 4GB")
        return value


def bad_setting(name: str, value: str, remedy: str) -> TekilError:
    """One sentence: the setting, its value and what to change."""
    return TekilError(f"{name} is {value!r}: {remedy}.")


def read_dotenv(path: Path) -> dict[str, str]:
    """The `KEY=value` lines of a `.env` file; none when there is no file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as problem:
        raise TekilError(f"{path} cannot be read: {type(problem).__name__}.") from None
    matches = (re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$", line) for line in lines)
    return {m[1]: _unquote(m[2]) for m in matches if m}


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return re.sub(r"(^|\s)#.*$", "", value)


def _path(root: Path, value: str) -> Path:
    return (root / Path(value).expanduser()).resolve()


def machine_memory() -> int:
    """Bytes of memory this process may use: the machine's, or the container's where that is less."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            sizes.append(int(Path(limit).read_text()))
        except (OSError, ValueError):
            continue
    return min(sizes)


def salt_beside(duckdb_path: Path) -> str:
    """The salt in the file `pii_salt` beside the warehouse; made once, readable by its owner only."""
    path = duckdb_path.parent / "pii_salt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create_once(path, secrets.token_hex(32))
        salt = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or type(problem).__name__
        raise TekilError(
            f"The salt file {path} cannot be read or made ({reason}): "
            "set TEKIL_PII_SALT, or TEKIL_DUCKDB_PATH to a folder you may write."
        ) from None
    if not salt:
        raise TekilError(
            f"The salt file {path} is empty: put the salt back, or remove the file for a new one."
        )
    return salt


def _create_once(path: Path, content: str) -> None:
    """Write a new file whole or not at all; when another process was first, its file stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(content + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
