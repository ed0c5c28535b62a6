"""Great Expectations on the loader's own DuckDB connection, where the batch waits; nothing is copied, nothing leaves."""

import contextlib
import logging
import os
from collections.abc import Iterator
from typing import Any, Literal

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import duckdb
import great_expectations as gx
import sqlalchemy
from duckdb_sqlalchemy import ConnectionWrapper
from great_expectations.core.batch import Batch
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

# what it logs of a failed check may quote a row
for name in ("great_expectations", "sqlalchemy", "duckdb_sqlalchemy"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


class SharedConnection(ConnectionWrapper):
    """The loader's connection, which is not ours to close or to put into a transaction."""

    autocommit = True

    def commit(self) -> None:
        """Every statement is its own transaction."""

    def rollback(self) -> None:
        """As above; the pool asks for it when a connection comes back."""

    def close(self) -> None:
        """The loader closes it."""


class ScratchExecutionEngine(SqlAlchemyExecutionEngine):
    """One connection for all queries: a DuckDB result dies with the connection that was given back."""

    @contextlib.contextmanager
    def get_connection(self) -> Iterator[sqlalchemy.Connection]:
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection


class ScratchDatasource(SQLDatasource):
    """The loader's scratch tables as a data source."""

    type: Literal["tekil_scratch"] = "tekil_scratch"  # type: ignore[assignment]
    connection_string: str = "duckdb:///:memory:"

    def bind(self, connection: duckdb.DuckDBPyConnection) -> "ScratchDatasource":
        """Use this connection and no other."""
        self._engine = sqlalchemy.create_engine(
            self.connection_string,
            creator=lambda: SharedConnection(connection),
            poolclass=sqlalchemy.StaticPool,
        )
        self._execution_engine = ScratchExecutionEngine(engine=self._engine, create_temp_table=False)
        return self

    def get_engine(self) -> sqlalchemy.Engine:
        return self._engine

    def get_execution_engine(self) -> SqlAlchemyExecutionEngine:
        return self._execution_engine


class Judge:
    """An ephemeral context over the scratch tables; `ask` validates one suite on one of them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self.context = gx.get_context(
            mode="ephemeral",
            project_config=DataContextConfig(
                store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
                progress_bars=ProgressBarsConfig(globally=False),
                analytics_enabled=False,
            ),
        )
        self.source = ScratchDatasource(name="landed").bind(connection)
        self.source._data_context = self.context

    def ask(self, view: str, expectations: list) -> list[Any]:
        """The result of each expectation on all rows of a scratch view, in the order given; counts, never values."""
        asset = self.source.add_query_asset(name=view, query=f'select * from "{view}"')
        batch: Batch = asset.get_batch(asset.build_batch_request())
        suite = gx.ExpectationSuite(name=view, expectations=expectations)
        results = batch.validate(suite, result_format="BASIC").results
        by_question = {
            (
                result.expectation_config.type,
                result.expectation_config.kwargs["unexpected_rows_query"],
            ): result
            for result in results
        }
        return [by_question[asked.expectation_type, asked.unexpected_rows_query] for asked in expectations]

    def close(self) -> None:
        """Let go of the loader's connection."""
        self.source.get_engine().dispose()
