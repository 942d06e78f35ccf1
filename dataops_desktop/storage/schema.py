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
    # 5: the catalog as it was, staged syncs, reports line by line, classifications, profiles, what people say
    """
    ALTER TABLE node ADD COLUMN stamp TEXT NOT NULL DEFAULT '';      -- version and update time at the source
    ALTER TABLE node ADD COLUMN short_name TEXT NOT NULL DEFAULT ''; -- a table's name without its database
    ALTER TABLE node ADD COLUMN kind TEXT NOT NULL DEFAULT '';       -- table, view, link
    ALTER TABLE node ADD COLUMN owner TEXT NOT NULL DEFAULT '';      -- a person's word, else the source's
    ALTER TABLE node ADD COLUMN source_owner TEXT NOT NULL DEFAULT '';
    ALTER TABLE node ADD COLUMN fresh_at TEXT NOT NULL DEFAULT '';   -- when data last arrived
    ALTER TABLE node ADD COLUMN rhythm_s INTEGER;                    -- how often it does
    ALTER TABLE node ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;     -- queries over it
    ALTER TABLE node ADD COLUMN rating INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE node ADD COLUMN bookmarked_at TEXT NOT NULL DEFAULT '';
    UPDATE node SET short_name = coalesce(properties ->> 'tableName', name), kind = coalesce(properties ->> 'kind', ''), source_owner = coalesce(properties ->> 'owner', ''), owner = coalesce(properties ->> 'owner', '');
    -- An empty hash writes every table again at the next sync: quality has other parts now.
    UPDATE node SET content_hash = '' WHERE type = 'glue-table';
    CREATE INDEX node_by_short_name ON node (short_name COLLATE NOCASE, node_key) WHERE deleted_at IS NULL;
    CREATE INDEX node_used ON node (uses) WHERE uses > 0 AND deleted_at IS NULL;
    CREATE INDEX node_owned ON node (owner) WHERE owner <> '' AND deleted_at IS NULL;
    CREATE INDEX node_rated ON node (rating) WHERE rating > 0;
    CREATE INDEX node_bookmarked ON node (bookmarked_at) WHERE bookmarked_at <> '';

    CREATE VIRTUAL TABLE node_name USING fts5 (
        name, content='', contentless_delete=1, prefix='1 2 3', detail='none', tokenize='unicode61 remove_diacritics 2'
    );
    INSERT INTO node_name (rowid, name) SELECT node_key, short_name FROM node WHERE deleted_at IS NULL;
    -- Every word of a name once, by its trigrams: where a typed word starts none, the nearest are looked up here.
    CREATE TABLE name_word (word_id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
    CREATE VIRTUAL TABLE name_word_part USING fts5 (word, content='name_word', content_rowid='word_id', tokenize='trigram', columnsize=0);
    CREATE TRIGGER name_word_inserted AFTER INSERT ON name_word BEGIN
        INSERT INTO name_word_part (rowid, word) VALUES (new.word_id, new.word);
    END;

    -- What a table was before it changed or went; the present is in node, column_of and partition_of.
    CREATE TABLE table_version (
        table_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        seen_from TEXT NOT NULL,
        seen_to TEXT NOT NULL,
        schema_changed INTEGER NOT NULL,  -- whether what followed had other columns or types
        description BLOB NOT NULL,        -- ontology/snapshots.py: TableState.to_bytes
        PRIMARY KEY (table_key, seen_from)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX version_by_end ON table_version (seen_to);
    CREATE INDEX node_by_change ON node (updated_at) WHERE type = 'glue-table';
    CREATE INDEX node_by_end ON node (deleted_at) WHERE type = 'glue-table' AND deleted_at IS NOT NULL;

    CREATE TABLE table_warning (
        table_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        cause TEXT NOT NULL,
        seen_from TEXT NOT NULL,
        seen_to TEXT NOT NULL DEFAULT '9999',
        message TEXT NOT NULL,
        PRIMARY KEY (table_key, cause, seen_from)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX warning_by_cause ON table_warning (cause, seen_to, seen_from);

    -- Edges whose other end nobody has seen yet: they appear with it.
    CREATE TABLE edge_waiting (
        from_source TEXT NOT NULL,
        from_id TEXT NOT NULL,
        to_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        type TEXT NOT NULL,
        origin TEXT NOT NULL,
        PRIMARY KEY (from_source, from_id, to_key, type, origin)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX edge_waiting_by_target ON edge_waiting (to_key);

    -- A sync's work before it becomes the catalog; empty between runs.
    CREATE TABLE staged_table (
        run_id INTEGER NOT NULL REFERENCES sync_run(run_id) ON DELETE CASCADE,
        database_id TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        content BLOB,                     -- NULL: the table is gone
        PRIMARY KEY (run_id, database_id, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE staged_listing (
        run_id INTEGER NOT NULL REFERENCES sync_run(run_id) ON DELETE CASCADE,
        database_id TEXT NOT NULL,
        node TEXT NOT NULL,               -- JSON
        named INTEGER NOT NULL,
        read INTEGER NOT NULL,
        PRIMARY KEY (run_id, database_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sync_line (
        run_id INTEGER NOT NULL REFERENCES sync_run(run_id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        database_id TEXT NOT NULL DEFAULT '',
        note TEXT NOT NULL DEFAULT '',
        remedy TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (run_id, kind, name)
    ) STRICT, WITHOUT ROWID;
    -- When a database was last listed to its end: how current the catalog is.
    CREATE TABLE listing (
        source TEXT NOT NULL,
        database_id TEXT NOT NULL,
        listed_at TEXT NOT NULL,
        named INTEGER NOT NULL,
        read INTEGER NOT NULL,
        PRIMARY KEY (source, database_id)
    ) STRICT, WITHOUT ROWID;

    -- Which queries read a table: `query.tables`, a row a name.
    CREATE TABLE query_table (name TEXT NOT NULL, query_id INTEGER NOT NULL, PRIMARY KEY (name, query_id)) STRICT, WITHOUT ROWID;
    CREATE VIEW query_reads AS SELECT q.query_id, j.value AS name
        FROM query q, json_each('[' || replace(json_quote(q.tables), '\\n', '","') || ']') j WHERE q.tables <> '';
    INSERT OR IGNORE INTO query_table SELECT name, query_id FROM query_reads;
    CREATE TRIGGER query_tables_inserted AFTER INSERT ON query WHEN new.tables <> '' BEGIN
        INSERT OR IGNORE INTO query_table SELECT name, query_id FROM query_reads WHERE query_id = new.query_id;
    END;
    CREATE TRIGGER query_tables_changed AFTER UPDATE OF tables ON query WHEN new.tables <> old.tables BEGIN
        DELETE FROM query_table WHERE query_id = new.query_id;
        INSERT OR IGNORE INTO query_table SELECT name, query_id FROM query_reads WHERE query_id = new.query_id;
    END;

    CREATE TABLE column_class (
        table_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        column_name TEXT NOT NULL,
        kind TEXT NOT NULL,
        confidence REAL NOT NULL,
        origin TEXT NOT NULL,             -- name, values, person
        state TEXT NOT NULL,              -- proposed, accepted, rejected
        PRIMARY KEY (table_key, column_name, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX class_by_kind ON column_class (kind, table_key) WHERE state <> 'rejected';

    -- Requests to start a job: one is looked up by its id when its answer was lost.
    CREATE TABLE job_start (
        request_id TEXT PRIMARY KEY,
        source TEXT NOT NULL,
        job TEXT NOT NULL,
        arguments TEXT NOT NULL,          -- JSON array of names
        state TEXT NOT NULL,              -- sending, started, refused
        run_id TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE column_profile (
        table_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        column_name TEXT NOT NULL,
        rows INTEGER NOT NULL,
        null_share REAL NOT NULL,
        distinct_count INTEGER NOT NULL,
        samples TEXT NOT NULL,            -- JSON array of texts
        profiled_at TEXT NOT NULL,
        PRIMARY KEY (table_key, column_name)
    ) STRICT, WITHOUT ROWID;

    -- What people say: kind is tag, owner, description or rating (value: stars, note: comment); column_name is empty for the node.
    CREATE TABLE annotation (
        node_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        column_name TEXT NOT NULL DEFAULT '',
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT '',
        at TEXT NOT NULL,
        PRIMARY KEY (node_key, column_name, kind, value)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX annotation_by_value ON annotation (kind, value, node_key);
    -- Tags a source gives: Lake Formation's `key=value`.
    CREATE TABLE source_tag (
        node_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        column_name TEXT NOT NULL DEFAULT '',
        tag TEXT NOT NULL,
        PRIMARY KEY (node_key, column_name, tag)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX source_tag_by_tag ON source_tag (tag, node_key);
    """,
    # 6: uploads and downloads, file by file
    """
    CREATE TABLE transfer (
        transfer_id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,               -- upload, download
        source TEXT NOT NULL,
        bucket TEXT NOT NULL,
        prefix TEXT NOT NULL,
        folder TEXT NOT NULL,
        title TEXT NOT NULL,
        what TEXT NOT NULL,               -- JSON array of the paths or keys that were chosen
        options TEXT NOT NULL,            -- JSON object
        conflict TEXT NOT NULL,           -- replace, skip, newer, keep_both
        state TEXT NOT NULL,              -- queued, running, paused, done, failed, cancelled
        error TEXT NOT NULL,
        created_at TEXT NOT NULL,
        finished_at TEXT NOT NULL DEFAULT '',
        listed INTEGER NOT NULL DEFAULT 0, -- whether all items are known
        pid INTEGER NOT NULL DEFAULT 0    -- of the program that runs it
    ) STRICT;
    CREATE TABLE transfer_item (
        transfer_id INTEGER NOT NULL REFERENCES transfer(transfer_id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        path TEXT NOT NULL,
        key TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        etag TEXT NOT NULL,
        state TEXT NOT NULL,              -- waiting, running, done, skipped, failed
        upload_id TEXT NOT NULL,
        error TEXT NOT NULL,
        parts BLOB NOT NULL,              -- a byte a part of a download: 1 where it is written
        claimed INTEGER NOT NULL,         -- what is to happen with a file of the same name was decided: path and key stand
        PRIMARY KEY (transfer_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX transfer_item_by_state ON transfer_item (transfer_id, state, position);
    """,
    # 7: columns that flow into columns, by the statement that moves them
    """
    CREATE TABLE column_edge (
        from_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        from_column TEXT NOT NULL,
        to_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE,
        to_column TEXT NOT NULL,          -- empty: the rows of the whole table
        use TEXT NOT NULL,                -- output, filter, join, group, order
        path TEXT NOT NULL,               -- field within a nested column
        by_key INTEGER NOT NULL REFERENCES node(node_key) ON DELETE CASCADE, -- whose statement: a query, a view
        how TEXT NOT NULL,                -- identity, transformation, window, aggregation
        origin TEXT NOT NULL,
        place_start INTEGER NOT NULL,     -- of the source column in the statement, in characters; -1: nowhere
        place_end INTEGER NOT NULL,
        confidence REAL NOT NULL,
        observed_at TEXT NOT NULL,
        PRIMARY KEY (from_key, from_column, to_key, to_column, use, path, by_key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX column_edge_by_target ON column_edge (to_key, to_column);
    CREATE INDEX column_edge_by_statement ON column_edge (by_key);
    CREATE TABLE followed_statement (
        by_key INTEGER PRIMARY KEY REFERENCES node(node_key) ON DELETE CASCADE,
        fingerprint TEXT NOT NULL,
        problems TEXT NOT NULL,           -- JSON array of [message, start, end]
        followed_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX followed_with_problems ON followed_statement (followed_at) WHERE problems <> '[]';
    """,
    # 8: which queries of the history lineage has looked at
    """
    ALTER TABLE query ADD COLUMN followed INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX query_unfollowed ON query (query_id) WHERE followed = 0 AND state = 'SUCCEEDED' AND engine = 'athena';

    -- Lineage as it was: what stopped flowing, and when. What is told again in the transaction that took it away never stopped.
    CREATE TABLE edge_past (
        from_key INTEGER NOT NULL, to_key INTEGER NOT NULL, type TEXT NOT NULL, origin TEXT NOT NULL, observed_at TEXT NOT NULL, gone_at TEXT NOT NULL,
        PRIMARY KEY (from_key, to_key, type, origin, gone_at)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER edge_deleted AFTER DELETE ON edge BEGIN
        INSERT OR REPLACE INTO edge_past VALUES (old.from_key, old.to_key, old.type, old.origin, old.observed_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
    END;
    CREATE TRIGGER edge_restated AFTER INSERT ON edge WHEN EXISTS (SELECT 1 FROM edge_past p WHERE p.from_key = new.from_key AND p.to_key = new.to_key
        AND p.type = new.type AND p.origin = new.origin AND p.gone_at >= new.observed_at) BEGIN
        UPDATE edge SET observed_at = (SELECT min(p.observed_at) FROM edge_past p WHERE p.from_key = new.from_key AND p.to_key = new.to_key
            AND p.type = new.type AND p.origin = new.origin AND p.gone_at >= new.observed_at)
            WHERE from_key = new.from_key AND to_key = new.to_key AND type = new.type AND origin = new.origin;
        DELETE FROM edge_past WHERE from_key = new.from_key AND to_key = new.to_key AND type = new.type AND origin = new.origin AND gone_at >= new.observed_at;
    END;
    CREATE TABLE column_edge_past (
        from_key INTEGER NOT NULL, from_column TEXT NOT NULL, to_key INTEGER NOT NULL, to_column TEXT NOT NULL, use TEXT NOT NULL, path TEXT NOT NULL,
        by_key INTEGER NOT NULL, observed_at TEXT NOT NULL, gone_at TEXT NOT NULL,
        PRIMARY KEY (from_key, from_column, to_key, to_column, use, path, by_key, gone_at)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER column_edge_deleted AFTER DELETE ON column_edge BEGIN
        INSERT OR REPLACE INTO column_edge_past VALUES (old.from_key, old.from_column, old.to_key, old.to_column, old.use, old.path, old.by_key,
            old.observed_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
    END;
    CREATE TRIGGER column_edge_restated AFTER INSERT ON column_edge WHEN EXISTS (SELECT 1 FROM column_edge_past p WHERE p.from_key = new.from_key
        AND p.from_column = new.from_column AND p.to_key = new.to_key AND p.to_column = new.to_column AND p.use = new.use AND p.path = new.path
        AND p.by_key = new.by_key AND p.gone_at >= new.observed_at) BEGIN
        UPDATE column_edge SET observed_at = (SELECT min(p.observed_at) FROM column_edge_past p WHERE p.from_key = new.from_key
            AND p.from_column = new.from_column AND p.to_key = new.to_key AND p.to_column = new.to_column AND p.use = new.use AND p.path = new.path
            AND p.by_key = new.by_key AND p.gone_at >= new.observed_at)
            WHERE from_key = new.from_key AND from_column = new.from_column AND to_key = new.to_key AND to_column = new.to_column AND use = new.use
            AND path = new.path AND by_key = new.by_key;
        DELETE FROM column_edge_past WHERE from_key = new.from_key AND from_column = new.from_column AND to_key = new.to_key AND to_column = new.to_column
            AND use = new.use AND path = new.path AND by_key = new.by_key AND gone_at >= new.observed_at;
    END;
    """,
)

SCHEMA_VERSION = len(MIGRATIONS)
APPLICATION_ID = 0x44_4F_44_31  # "DOD1": tells our files from any other SQLite file
