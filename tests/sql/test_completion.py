"""Completion: one case a line, the caret is `|`. Expected: proposals that must be there, those that must not, and the first."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataops_desktop.sql import Completion, complete


class Catalog:
    default_database = "shop"
    _columns = {  # noqa: RUF012
        "shop": {
            "users": [("id", "bigint"), ("email", "varchar"), ("first_name", "varchar"), ("created", "timestamp")],
            "orders": [("id", "bigint"), ("user_id", "bigint"), ("amount", "decimal(10,2)"), ("status", "varchar"), ("day", "date")],
            "events": [("kind", "varchar"), ("payload", "struct<ip:string,geo:struct<lat:double,lon:double>>"), ("tags", "array<string>"), ("props", "map<string,double>")],
            "Odd Name": [("select", "int"), ("two words", "int"), ("plain", "int")],
            "order": [("x", "int")],
        },
        "lake": {"trips": [("origin", "string"), ("miles", "double")], "users": [("login", "string")]},
    }  # fmt: skip

    def databases(self):
        return list(self._columns)

    def tables(self, database):
        return list(self._columns.get(database, {}))

    def columns(self, database, table):
        return self._columns.get(database, {}).get(table, [])

    def views(self, database):
        return {"orders"} if database == "shop" else set()


def at(text: str, dialect: str = "athena", catalog: object | None = None) -> list[Completion]:
    return complete(text.replace("|", "", 1), text.index("|"), catalog or Catalog(), dialect)  # type: ignore[arg-type]


def names(text: str, dialect: str = "athena") -> list[str]:
    return [c.text for c in at(text, dialect)]


USERS = "id email first_name created"
CASES = [
    # where statements begin
    ("|", "SELECT WITH INSERT_INTO", "FROM id"),
    ("sel|", "SELECT", "users"),
    ("SELECT 1; |", "SELECT", "users"),
    ("SELECT * FROM users;\nins|", "INSERT_INTO", ""),
    # select lists
    ("SELECT | FROM users", f"{USERS} users count CASE DISTINCT", "FROM"),
    ("SELECT id, | FROM users", USERS, "DISTINCT"),
    ("SELECT id, fi| FROM users", "first_name first_value", "email"),
    ("SELECT name| FROM users", "first_name", "email"),
    ("SELECT fn| FROM users", "first_name", "email"),
    ("SELECT id | FROM users", "AS", USERS.replace("id ", "")),
    ("SELECT id |", "FROM AS", ""),
    ("SELECT * |", "FROM", "id"),
    ("SELECT |", "count CASE users lake", "FROM"),
    ("SELECT u.| FROM users u", USERS, "count SELECT users"),
    ("SELECT u.|, o.id FROM users u JOIN orders o ON u.id = o.user_id", USERS, "amount"),
    ("SELECT u. | FROM users u", "", ""),
    ("SELECT users.| FROM users", USERS, ""),
    ("SELECT shop.users.| FROM shop.users", USERS, ""),
    ("SELECT lake.users.| FROM lake.users", "login", "email"),
    ("SELECT users.| FROM lake.users", "login", "email"),
    ("SELECT users.|", USERS, ""),
    ("SELECT lake.|", "trips users", "id"),
    ("SELECT max(| FROM users", USERS, "FROM"),
    ("SELECT max(|) FROM users", USERS, "FROM"),
    ("SELECT max(id), count(| FROM users WHERE id > 1", f"{USERS} DISTINCT", ""),
    ("SELECT coalesce(u.| FROM users u", USERS, "amount"),
    ("SELECT CASE WHEN | FROM users", USERS, "THEN"),
    ("SELECT CASE WHEN id > 1 | FROM users", "THEN AND", "WHEN email"),
    ("SELECT CASE WHEN id > 1 THEN email | FROM users", "ELSE END WHEN", "THEN"),
    ("SELECT CAST(id AS |) FROM users", "bigint varchar", "email"),
    ("SELECT id::| FROM users", "bigint varchar", "email"),
    ("SELECT CAST(id | FROM users", "AS", ""),
    ("SELECT row_number() OVER (| FROM users", "PARTITION_BY ORDER_BY", "email"),
    ("SELECT row_number() OVER (PARTITION BY | FROM users", USERS, ""),
    ("SELECT row_number() OVER (PARTITION BY id | FROM users", "ORDER_BY", ""),
    ("SELECT EXTRACT(| FROM created) FROM users", "YEAR DAY", ""),
    ("SELECT EXTRACT(YEAR FROM |) FROM users", "created", ""),
    ("SELECT count(*) FILTER (|) FROM users", "WHERE", ""),
    ("SELECT count(*) FILTER (WHERE |) FROM users", USERS, ""),
    ("SELECT payload.| FROM events", "ip geo", "kind"),
    ("SELECT e.payload.| FROM events e", "ip geo", "kind"),
    ("SELECT e.payload.geo.| FROM events e", "lat lon", "ip"),
    # relations
    ("SELECT * FROM |", "users orders order lake UNNEST", "id count"),
    ("SELECT * FROM u|", "users", "id"),
    ("SELECT * FROM lake.|", "trips users", "orders lake"),
    ("SELECT * FROM lake.tr|", "trips", "orders"),
    ('SELECT * FROM "lake".|', "trips", "orders"),
    ("SELECT * FROM awsdatacatalog.|", "lake shop", ""),
    ("SELECT * FROM awsdatacatalog.lake.|", "trips", ""),
    ("SELECT * FROM users, |", "orders", "id"),
    ("SELECT * FROM users u, |", "orders", "WHERE"),
    ("SELECT * FROM users JOIN |", "orders", "id ON"),
    ("SELECT * FROM users LEFT OUTER JOIN |", "orders", "id ON"),
    ("SELECT * FROM users |", "WHERE JOIN LEFT_JOIN GROUP_BY", "email orders"),
    ("SELECT * FROM users u |", "WHERE JOIN", "email"),
    ("SELECT * FROM users u w|", "WHERE", "email"),
    ("SELECT * FROM users LEFT |", "JOIN OUTER_JOIN", "orders"),
    ("SELECT * FROM users u JOIN orders o |", "ON USING", ""),
    ("SELECT * FROM (|", "SELECT users", "id"),
    ("SELECT * FROM (SELECT | FROM users", USERS, ""),
    ("SELECT * FROM (SELECT * FROM |", "users", "id"),
    ("SELECT * FROM (SELECT id FROM users) x, (SELECT | FROM orders) y", "amount", "email"),
    ("FROM |", "users", ""),
    # conditions
    ("SELECT * FROM users WHERE |", f"{USERS} NOT EXISTS lower", "GROUP_BY"),
    ("SELECT * FROM users WHERE id |", "AND IN BETWEEN IS_NULL", "email"),
    ("SELECT * FROM users WHERE id = |", "id", "AND"),
    ("SELECT * FROM users WHERE id = 1 |", "AND OR GROUP_BY ORDER_BY", "email"),
    ("SELECT * FROM users WHERE id = 1 AND |", USERS, "GROUP_BY"),
    ("SELECT * FROM users WHERE id IN (|", f"SELECT {USERS}", ""),
    ("SELECT * FROM users WHERE id IN (SELECT | FROM orders)", "user_id first_name", ""),
    ("SELECT * FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.|)", USERS, "amount"),
    ("SELECT * FROM users WHERE email IS |", "NULL NOT_NULL", "id"),
    ("SELECT * FROM users WHERE email IS NOT |", "NULL", "id"),
    ("SELECT * FROM users WHERE (id = 1 OR |) AND email = ''", USERS, ""),
    ("SELECT * FROM users u JOIN orders o ON |", "u o", "WHERE"),
    ("SELECT * FROM users u JOIN orders o ON u.|", USERS, "amount"),
    ("SELECT * FROM users u JOIN orders o ON u.id = o.|", "user_id", "email"),
    ("SELECT * FROM users u JOIN orders o ON u.id = o.user_id AND |", "email amount", ""),
    ("SELECT * FROM users JOIN orders USING (|)", "id", "email amount"),
    ("SELECT * FROM users u JOIN orders o USING (i|", "id", "email"),
    ("DELETE FROM users WHERE |", USERS, ""),
    ("DELETE FROM |", "users", ""),
    # grouping and order
    ("SELECT status, sum(amount) AS total FROM orders GROUP BY |", "status amount", "FROM"),
    ("SELECT status, sum(amount) AS total FROM orders ORDER BY |", "total status", ""),
    ("SELECT status s, sum(amount) total FROM orders ORDER BY t|", "total", ""),
    ("SELECT * FROM orders ORDER |", "BY", "id"),
    ("SELECT * FROM orders ORDER BY id |", "DESC ASC LIMIT", "amount"),
    ("SELECT * FROM orders GROUP |", "BY", "id"),
    ("SELECT status FROM orders GROUP BY status HAVING |", "sum status", ""),
    ("SELECT * FROM orders LIMIT |", "", "id amount"),
    ("SELECT * FROM orders LIMIT 10 |", "", "id amount"),
    # CTEs and subqueries
    ("WITH x AS (SELECT id, email AS mail FROM users) SELECT | FROM x", "id mail", "email first_name"),
    ("WITH x AS (SELECT id, email AS mail FROM users) SELECT x.| FROM x", "id mail", "email"),
    ("WITH x AS (SELECT id FROM users) SELECT * FROM |", "x users", ""),
    ("WITH x(a, b) AS (SELECT id, email FROM users) SELECT | FROM x", "a b", "email"),
    ("WITH x AS (SELECT * FROM users), y AS (SELECT | FROM x) SELECT 1", USERS, ""),
    ("WITH x AS (SELECT * FROM users), y AS (SELECT * FROM |) SELECT 1", "x users", "y"),
    ("WITH x AS (SELECT | FROM users) SELECT * FROM x", USERS, ""),
    ("WITH x AS (SELECT u.*, 1 AS one FROM users u) SELECT | FROM x", f"{USERS} one", ""),
    ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT | FROM t) SELECT * FROM t", "n", ""),
    ("WITH x AS (SELECT id FROM users UNION SELECT user_id FROM orders) SELECT | FROM x", "id", "user_id"),
    ("WITH x AS (SELECT id FROM users) |", "SELECT", "id"),
    ("WITH x |", "AS", ""),
    ("WITH x AS (|", "SELECT", ""),
    ("SELECT s.| FROM (SELECT id, amount * 2 AS double_amount FROM orders) s", "id double_amount", "status"),
    ("SELECT | FROM (SELECT id AS order_id FROM orders) s", "order_id", "status"),
    ("SELECT | FROM (SELECT * FROM (SELECT id, email FROM users) a) b", "id email", "first_name"),
    ("SELECT t.| FROM (VALUES (1, 'a')) AS t(num, letter)", "num letter", ""),
    ("SELECT | FROM events CROSS JOIN UNNEST(tags) AS t(tag)", "tag kind", ""),
    ("SELECT t.| FROM events CROSS JOIN UNNEST(props) AS t(k, v)", "k v", "kind"),
    ("SELECT (SELECT | FROM orders) FROM users", "amount", ""),
    ("SELECT id FROM users UNION SELECT | FROM orders", "user_id", "email"),
    ("SELECT id FROM users UNION |", "ALL SELECT", ""),
    ("SELECT id FROM users UNION ALL |", "SELECT", "id"),
    ("SELECT * FROM (users u JOIN orders o ON u.id = o.user_id) WHERE |", "email amount", ""),
    # writing
    ("INSERT |", "INTO", ""),
    ("INSERT INTO |", "users", "id"),
    ("INSERT INTO users |", "SELECT VALUES", ""),
    ("INSERT INTO users (|", USERS, "count SELECT amount"),
    ("INSERT INTO users (id, |", "email", "id"),
    ("INSERT INTO lake.users (|", "login", "email"),
    ("INSERT INTO users SELECT | FROM orders", "amount", "email"),
    ("INSERT INTO users (id) SELECT o.| FROM orders o", "amount", "email"),
    ("UPDATE |", "users", ""),
    ("UPDATE users |", "SET", ""),
    ("UPDATE users SET |", USERS, "count"),
    ("UPDATE users SET email = |", "lower email", ""),
    ("UPDATE users SET email = '', |", "id first_name", "count"),
    ("UPDATE users SET email = '' WHERE |", USERS, ""),
    ("MERGE INTO users u USING orders o ON |", "u o email amount", ""),
    ("MERGE INTO users u USING |", "orders", ""),
    ("MERGE INTO users u USING orders o ON u.id = o.id WHEN |", "MATCHED", ""),
    ("CREATE TABLE x AS |", "SELECT WITH", ""),
    ("CREATE TABLE x AS SELECT | FROM users", USERS, ""),
    ("CREATE TABLE x WITH (|) AS SELECT 1", "format external_location", ""),
    ("CREATE TABLE x WITH (format = |", "'PARQUET'", ""),
    ("CREATE VIEW v AS SELECT | FROM users", USERS, ""),
    ("CREATE EXTERNAL TABLE x (a |", "bigint string", ""),
    ("CREATE |", "TABLE VIEW", ""),
    ("DROP TABLE |", "users", ""),
    ("DROP VIEW |", "orders", "users"),
    ("DROP DATABASE |", "lake shop", "users"),
    ("DESCRIBE |", "users", ""),
    ("SHOW |", "TABLES PARTITIONS", "users"),
    ("SHOW TABLES IN |", "lake", "users"),
    ("SHOW PARTITIONS |", "users", ""),
    ("SHOW CREATE TABLE |", "users", ""),
    ("MSCK REPAIR TABLE |", "users", ""),
    ("USE |", "lake", "users"),
    ("EXPLAIN |", "SELECT ANALYZE", ""),
    ("EXPLAIN SELECT | FROM users", USERS, ""),
    ("ALTER TABLE users |", "ADD_COLUMNS", ""),
    ("ALTER TABLE users DROP COLUMN |", USERS, ""),
    ("UNLOAD (SELECT | FROM users) TO 's3://b/p/'", USERS, ""),
    # broken texts around the caret
    ("SELECT | FROM users WHERE (id = 1", USERS, ""),
    ("SELECT | FROM users u JOIN", USERS, ""),
    ("SELECT * FROM users WHERE email = 'x' AND | ORDER BY", USERS, ""),
    ("SELECT * FROM users WHERE |\nSELECT * FROM orders", USERS, "amount"),
    ("SELECT * FROM orders\nSELECT | FROM users", "email", "amount"),
    ("SELECT id FROM users\nINSERT INTO orders (|", "amount", "email"),
    ("SELECT a.|b FROM users a", "", "amount"),
    ("SELECT first_|name FROM users", "first_name", ""),
    # what other tools trip over
    ("SELECT DISTINCT | FROM users", USERS, "DISTINCT"),
    ("SELECT * FROM users u, orders o WHERE |", "email amount u o", ""),
    ("SELECT u. FROM users u, orders o WHERE o.|", "amount", "email"),
    ("SELECT u.| FROM users u, orders o", "email", "amount"),
    ("SELECT * FROM (SELECT t.| FROM users t", USERS, ""),
    ("INSERT INTO orders SELECT |", "count", "FROM"),
    ("SELECT * FROM users a JOIN orders b ON a.id = b.user_id JOIN events c ON |", "kind a b c", ""),
    ("SELECT * FROM users a INNER JOIN orders d ON a.|", USERS, "amount"),
    ("WITH c AS (SELECT id FROM users), d AS (SELECT amount FROM orders) SELECT d.| FROM c, d", "amount", "id"),
    ("SELECT * FROM orders WHERE amount BETWEEN |", "amount", "AND"),
    ("SELECT * FROM orders WHERE amount BETWEEN 1 |", "AND", "amount"),
    ("SELECT * FROM orders WHERE amount BETWEEN 1 AND |", "amount", "GROUP_BY"),
    ("FROM users SELECT |", USERS, ""),
    ("SELECT * FROM users ORDER BY id, |", "email", "LIMIT"),
    ("SELECT id FROM users GROUP BY id, |", "email", "HAVING"),
    ("SELECT * FROM users u WHERE u.id > 5 AND u.|", USERS, ""),
    ("SELECT -- a comment\n | FROM users", USERS, ""),
    ("SELECT /* a\n comment */ | FROM users", USERS, ""),
    ("SELECT * FROM users WHERE email LIKE |", "email lower", "AND"),
    ("SELECT id + | FROM users", "email", "FROM"),
    ("SELECT * FROM users WHERE NOT |", "email EXISTS", "AND"),
    ("SELECT * FROM users JOIN orders ON users.|", USERS, "amount"),
    ("SELECT * FROM shop.u|", "users", "lake"),
    ("SELECT count(*) | FROM users", "AS OVER FILTER", "email"),
    ("SELECT id, (SELECT max(amount) FROM orders WHERE |) FROM users", "amount email", ""),
    ('SELECT "U".| FROM users "U"', USERS, ""),
    ("SELECT u.id FROM users AS u WHERE u.|", USERS, ""),
    ("SELECT * FROM users AS u LEFT JOIN orders AS o ON o.user_id = u.id WHERE o.|", "amount", "email"),
    ("SELECT * FROM users WHERE id > ALL (SELECT | FROM orders)", "amount email", ""),
    ("SELECT * FROM users INN|", "INNER_JOIN", "email"),
    ("SELECT * FROM users LEFT JO|", "JOIN", "email"),
    ("SELECT * FROM users ORD|", "ORDER_BY", "email"),
    ("SELECT * FROM users u JOIN orders o USING (id) WHERE |", "amount email", ""),
    ("SELECT 1 FROM users WHERE EXISTS (SELECT 1 FROM orders WHERE |", "amount email", ""),
    ("SELECT * FROM users WHERE id IN (1, |)", "id email", ""),
    ("SELECT * FROM users WHERE lower(|) = 'x'", "email", ""),
    ("SELECT * FROM users WHERE lower(email|) = 'x'", "email", ""),
    ("SELECT date_trunc('day', |) FROM orders", "day amount", ""),
    ("SELECT if(id > 1, |, 2) FROM users", "email", ""),
    ("SELECT id FROM users WHERE id = (SELECT max(o.|) FROM orders o)", "amount", "email"),
    ("SELECT x.id FROM (SELECT * FROM users WHERE |) x", "email", "x"),
    ("SELECT x.| FROM (SELECT u.id, o.amount FROM users u JOIN orders o ON u.id = o.user_id) x", "id amount", "email"),
    ("SELECT x.| FROM (SELECT count(*) n, status s FROM orders GROUP BY 2) AS x", "n s", "status"),
    ("SELECT x.| FROM (SELECT CASE WHEN id > 1 THEN 'a' ELSE 'b' END AS size FROM users) x", "size", "id"),
    ("SELECT x.| FROM (SELECT row_number() OVER (ORDER BY id) rn FROM users) x", "rn", "id"),
    ("SELECT x.| FROM (SELECT a.id first, b.id second FROM users a, users b) x", "first second", "id"),
    ("SELECT x.| FROM ((SELECT id FROM users)) x", "id", ""),
    ("SELECT x.| FROM ((SELECT id FROM users) UNION ALL (SELECT user_id FROM orders)) x", "id", "user_id"),
    ("WITH a AS (SELECT id FROM users), b AS (SELECT a.*, o.amount FROM a JOIN orders o ON a.id = o.user_id) SELECT | FROM b", "id amount", "status"),
    ("WITH a AS (WITH inner_one AS (SELECT email FROM users) SELECT | FROM inner_one) SELECT 1", "email", "id"),
    ("WITH a AS (WITH inner_one AS (SELECT email FROM users) SELECT * FROM inner_one) SELECT | FROM a", "email", "id"),
    ("WITH a AS (SELECT 1 AS one) SELECT * FROM users u WHERE u.id IN (SELECT | FROM a)", "one", ""),
    ("WITH a AS (SELECT 1 AS one) SELECT * FROM users u WHERE u.id IN (SELECT one FROM |)", "a users", ""),
    ("CREATE TABLE t AS WITH a AS (SELECT id FROM users) SELECT | FROM a", "id", "email"),
    ("INSERT INTO orders WITH a AS (SELECT id FROM users) SELECT | FROM a", "id", "email"),
    ("EXPLAIN ANALYZE SELECT | FROM users", USERS, ""),
    ("SELECT * FROM users FOR TIMESTAMP AS OF current_timestamp u WHERE u.|", "", ""),
    ("SELECT * FROM users TABLESAMPLE BERNOULLI (10) u WHERE u.|", USERS, ""),
    ("SELECT * FROM users CROSS JOIN |", "orders", "id"),
    ("SELECT * FROM events e CROSS JOIN UNNEST(e.|) AS t(x)", "tags", ""),
    ("SELECT * FROM events e, LATERAL (SELECT e.| ) x", "kind", ""),
    ("SELECT * FROM a.b.c, users WHERE |", "email", ""),
    ("SELECT max(id) OVER w FROM users WINDOW w AS (PARTITION BY |)", "email", ""),
    ("SELECT * FROM users WHERE id NOT |", "IN LIKE", "GROUP_BY"),
    ("SELECT * FROM users WHERE (email, id) IN (SELECT |", "count", ""),
    ("SELECT id AS | FROM users", "", "email"),
    ("SELECT id AS x, | FROM users", "email", ""),
    ("SELECT * FROM users AS |", "", "email WHERE"),
    ("DROP TABLE IF EXISTS |", "users", ""),
    ("DROP TABLE IF EXISTS lake.|", "trips", "users_x"),
    ("SELECT * FROM\n    |\nWHERE id = 1", "users", "id"),
    ("SELECT\n    |\nFROM users\nWHERE id = 1", USERS, ""),
    ("SELECT id\nFROM users\nWHERE |\nORDER BY id", USERS, ""),
    ("SELECT id\nFROM users\nWHERE |\nGROUP BY id", USERS, ""),
    ("SELECT id,\n    |\nFROM users u\nJOIN orders o ON o.user_id = u.id\nWHERE o.amount > 10", "email amount", ""),
    ("SELECT u.id, u.|\nFROM users u\nJOIN orders o ON o.user_id = u.id\nWHERE o.amount > 10", "email", "amount"),
    ("select u.| from users as u", USERS, ""),
    ("SELECT * FROM users u WHERE u.email = (SELECT | FROM users v WHERE v.id = u.id)", "email", ""),
    ("SELECT * FROM users WHERE id = 1; SELECT | FROM orders", "amount", "email"),
    ("SELECT | FROM orders; SELECT * FROM users", "amount", "email"),
    ("GRANT SELECT ON |", "users", ""),
    ("ANALYZE |", "users", ""),
    ("SELECT * FROM orders o WHERE o.day = |", "day", ""),
    ("SELECT grouping(|) FROM orders", "status", ""),
    ("SELECT status FROM orders GROUP BY GROUPING SETS ((|), ())", "status", ""),
    ("SELECT array_agg(id ORDER BY |) FROM users", "email", ""),
    ("SELECT transform(tags, x -> |) FROM events", "kind", ""),
    ("VALUES (|", "count", ""),
    ("TABLE |", "users", ""),
    ("SELECT * FROM users WHERE email = 'a;b' AND |", USERS, ""),
    ("UPDATE users u SET email = (SELECT | FROM orders o WHERE o.user_id = u.id)", "status", ""),
    ("DELETE FROM users WHERE id IN (SELECT | FROM orders)", "user_id", ""),
    ("MERGE INTO users u USING orders o ON (u.id = o.user_id) WHEN MATCHED THEN UPDATE SET |", "email", "amount"),
    ("MERGE INTO users u USING orders o ON (u.id = o.user_id) WHEN MATCHED THEN UPDATE SET email = o.|", "status", "email"),
    ("MERGE INTO users u USING orders o ON (u.id = o.user_id) WHEN NOT MATCHED THEN INSERT (|", "email", "amount"),
    ("MERGE INTO users u USING orders o ON (u.id = o.user_id) WHEN NOT MATCHED THEN INSERT (id) VALUES (o.|", "user_id", "email"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "unwanted"), CASES, ids=[c[0] for c in CASES])
def test_proposes(text: str, wanted: str, unwanted: str) -> None:
    found = names(text)
    missing = [
        w.replace("_", " ") for w in wanted.split() if w not in found and w.replace("_", " ") not in found
    ]
    assert not missing, found[:12]
    wrong = [w for w in unwanted.split() if w in found or ("_" in w and w.replace("_", " ") in found)]
    assert not wrong, found[:12]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("SELECT * FROM users u JOIN orders o ON |", "u.id = o.user_id"),
        ("SELECT * FROM users u JOIN orders o ON u.id = |", "u.id"),
        ("SELECT em| FROM users", "email"),
        ('SELECT "em| FROM users', "email"),
        ("SELECT plain, tw| FROM \"Odd Name\"", '"two words"'),
        ("SELECT sel| FROM \"Odd Name\"", '"select"'),
        ("SELECT * FROM ord|", "orders"),
        ('SELECT * FROM "ord| WHERE 1 = 1', "orders"),
        ("select * from users wh|", "where"),
        ("SELECT id| FROM users u JOIN orders o ON u.id = o.user_id", "u.id"),
        ("SELECT *| FROM users", "id, email, first_name, created"),
        ("SELECT u.*| FROM users u JOIN orders o ON true", "u.id, u.email, u.first_name, u.created"),
        ("SELECT day FROM orders WHERE day > DATE '2024-01-01' gro|", "GROUP BY"),
        ("SELECT * FROM tri|", "lake.trips"),
    ],
)  # fmt: skip
def test_first(text: str, first: str) -> None:
    assert at(text)[0].insert == first


def test_quoting_follows_the_dialect() -> None:
    text = "SELECT tw| FROM `Odd Name`"
    assert at(text, "databricks")[0].insert == "`two words`"
    assert at("SELECT EMA| FROM users", "duckdb")[0].insert == "email"
    assert at("SELECT em| FROM users", "snowflake")[0].insert == '"email"'
    assert "read_parquet" in names("SELECT * FROM users WHERE read_par|", "duckdb")


def test_types_of_computed_columns() -> None:
    text = """WITH x AS (SELECT id, lower(email) AS mail, CAST(id AS decimal(10, 2)) AS price, count(*) AS n, max(created) AS last,
        'a' AS letter, 1 AS one, id = 2 AS same, x.one.two AS lost FROM users) SELECT x.| FROM x"""
    assert {c.text: c.detail for c in at(text)} == {
        "id": "bigint", "mail": "varchar", "price": "decimal(10, 2)", "n": "bigint", "last": "timestamp", "letter": "varchar",
        "one": "integer", "same": "boolean", "lost": "",
    }  # fmt: skip


def test_replaces_the_typed_word_with_its_quote() -> None:
    text = 'SELECT "em| FROM users'
    found = at(text)[0]
    assert text[found.replace_from : text.index("|")] == '"em'


@pytest.mark.parametrize(
    "text", ["SELECT 'fro|", "SELECT 1 -- fro|", "SELECT /* fro| */ 1", "SELECT 12|", "SELECT '|'"]
)
def test_silent_inside_strings_comments_and_numbers(text: str) -> None:
    assert at(text) == []


def test_recently_used_come_first() -> None:
    class Used(Catalog):
        def recently_used(self) -> list[str]:
            return ["orders", "first_name"]

    assert at("SELECT * FROM |", catalog=Used())[0].text == "orders"
    assert at("SELECT | FROM users", catalog=Used())[0].text == "first_name"
    assert at("SELECT em| FROM users", catalog=Used())[0].text == "email"


PIECES = [*(c[0].replace("|", " ") for c in CASES), "(", ")", "'", '"', "`", ";", "--", "/*", "*/", ".", ",", "é", "\n", "AS", "WITH", "::", "[", "\0", "🙂"]  # fmt: skip


def test_five_thousand_broken_buffers() -> None:
    chance = random.Random(3)
    for _ in range(5000):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 6)))
        start = chance.randrange(len(text))
        text = text[start : start + chance.randint(1, 160)]
        dialect = chance.choice(["athena", "duckdb", "snowflake", "databricks"])
        assert len(complete(text, chance.randint(-3, len(text) + 3), Catalog(), dialect)) <= 200


@settings(max_examples=400, deadline=None)
@given(
    st.text(alphabet=st.sampled_from(list("SELECT FROMJOIN.,()'\"`;-/*\n_abc19é$")), max_size=60),
    st.integers(-5, 80),
)
def test_completion_never_raises(sql: str, offset: int) -> None:
    assert len(complete(sql, offset, Catalog())) <= 200
