"""The workspace's tables, as numbered migrations. A migration is never edited once it has shipped: add the next one."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    # 1: the spine
    """
    CREATE TABLE node (
        node_key INTEGER PRIMARY KEY,
        source TEXT NOT NULL,            -- account and region; two accounts never collide
        id TEXT NOT NULL,                -- the specification's id
        type TEXT NOT NULL,
        name TEXT NOT NULL,
        parent_key INTEGER REFERENCES node(node_key),
        description TEXT NOT NULL DEFAULT '',
        properties TEXT NOT NULL,        -- JSON object
        content_hash TEXT NOT NULL DEFAULT '',
        quality INTEGER,
        quality_parts TEXT NOT NULL DEFAULT '{}',
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        deleted_at TEXT,                 -- kept, so that lineage and history can still name it
        sync_run INTEGER,
        UNIQUE (source, id)
    ) STRICT;
    CREATE INDEX node_by_parent ON node (parent_key, type, name) WHERE deleted_at IS NULL;
    CREATE INDEX node_by_type ON node (type, source) WHERE deleted_at IS NULL;

    -- Columns are rows, not nodes: as nodes they cost ten times the tables.
    CREATE TABLE column_of (
        table_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        comment TEXT NOT NULL DEFAULT '',
        is_partition_key INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (table_key, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE partition_of (
        table_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        partition_values TEXT NOT NULL,  -- JSON array
        location TEXT NOT NULL DEFAULT '',
        row_count INTEGER,
        size_bytes INTEGER,
        PRIMARY KEY (table_key, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE edge (
        from_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        to_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        type TEXT NOT NULL,
        origin TEXT NOT NULL,            -- who saw it: glue, query, view text
        observed_at TEXT NOT NULL,
        PRIMARY KEY (from_key, to_key, type, origin)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX edge_by_target ON edge (to_key, type);

    -- One row a node, its columns' names in one field; contentless: the words only.
    CREATE VIRTUAL TABLE node_search USING fts5 (
        name, columns, description, content='', contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 2'
    );

    CREATE TABLE sync_run (
        run_id INTEGER PRIMARY KEY,
        connector TEXT NOT NULL,
        source TEXT NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        pid INTEGER NOT NULL,
        report TEXT NOT NULL DEFAULT '{}'
    ) STRICT;

    -- The history, and the journal of paid remote work: a row is written before the service is called.
    CREATE TABLE query (
        query_id INTEGER PRIMARY KEY,
        engine TEXT NOT NULL,
        source TEXT NOT NULL,
        sql TEXT NOT NULL,
        database TEXT NOT NULL DEFAULT '',
        workgroup TEXT NOT NULL DEFAULT '',
        execution_id TEXT NOT NULL DEFAULT '',
        token TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL,
        submitted_at TEXT NOT NULL,
        finished_at TEXT NOT NULL DEFAULT '',
        engine_ms INTEGER NOT NULL DEFAULT 0,
        bytes_scanned INTEGER NOT NULL DEFAULT 0,
        cost_usd REAL,
        row_count INTEGER,
        error TEXT NOT NULL DEFAULT '',
        statement_type TEXT NOT NULL DEFAULT '',
        output_location TEXT NOT NULL DEFAULT '',
        pid INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX query_by_time ON query (submitted_at);

    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    """,
    # 2: what a query was expected to scan, and the key of its own history
    """
    ALTER TABLE query ADD COLUMN shape TEXT NOT NULL DEFAULT '';   -- equal for statements that differ only in literals
    ALTER TABLE query ADD COLUMN estimated_bytes INTEGER;          -- NULL: unknown
    ALTER TABLE query ADD COLUMN estimate_method TEXT NOT NULL DEFAULT '';
    CREATE INDEX query_by_shape ON query (shape, query_id) WHERE shape <> '';
    """,
    # 3: the history is searched by any part of a text; trigrams find the inside of names too
    """
    CREATE VIRTUAL TABLE query_search USING fts5 (sql, content='query', content_rowid='query_id', tokenize='trigram', detail='none', columnsize=0);
    INSERT INTO query_search (query_search) VALUES ('rebuild');
    CREATE TRIGGER query_inserted AFTER INSERT ON query BEGIN
        INSERT INTO query_search (rowid, sql) VALUES (new.query_id, new.sql);
    END;
    """,
    # 4: who ran what over which tables, the service's own history, saved statements
    """
    ALTER TABLE query ADD COLUMN who TEXT NOT NULL DEFAULT '';
    ALTER TABLE query ADD COLUMN queue_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE query ADD COLUMN reused INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE query ADD COLUMN dpu_count REAL NOT NULL DEFAULT 0;
    ALTER TABLE query ADD COLUMN tables TEXT NOT NULL DEFAULT '';  -- lines of db.table
    ALTER TABLE query ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE query ADD COLUMN origin TEXT NOT NULL DEFAULT '';  -- 'athena': imported from the service's history
    -- An id is the microsecond of submission from here on (storage/history.py).
    UPDATE query SET query_id = coalesce(CAST(strftime('%s', submitted_at) AS INTEGER), 0) * 1000000 + query_id % 1000000;
    -- With a blank behind each text, its last two letters are part of three too (storage/history.py).
    DROP TRIGGER query_inserted;
    DROP TABLE query_search;
    CREATE VIEW query_text AS SELECT query_id, sql || ' ' AS sql FROM query;
    CREATE VIRTUAL TABLE query_search USING fts5 (sql, content='query_text', content_rowid='query_id', tokenize='trigram', detail='none', columnsize=0);
    INSERT INTO query_search (query_search) VALUES ('rebuild');
    CREATE TRIGGER query_inserted AFTER INSERT ON query BEGIN
        INSERT INTO query_search (rowid, sql) VALUES (new.query_id, new.sql || ' ');
    END;
    CREATE INDEX query_by_state ON query (state, query_id);
    CREATE INDEX query_by_execution ON query (execution_id) WHERE execution_id <> '';
    CREATE INDEX query_pinned ON query (query_id) WHERE pinned;
    CREATE TABLE saved_statement (
        statement_id INTEGER PRIMARY KEY,
        folder TEXT NOT NULL DEFAULT '',   -- names joined by '/'
        name TEXT NOT NULL,
        sql TEXT NOT NULL,
        engine TEXT NOT NULL DEFAULT 'athena',
        database TEXT NOT NULL DEFAULT '',
        updated_at TEXT NOT NULL,
        UNIQUE (folder, name)
    ) STRICT;
    """,
)

SCHEMA_VERSION = len(MIGRATIONS)
APPLICATION_ID = 0x44_4F_44_31  # "DOD1": tells our files from any other SQLite file
