/* dialect.c - the dialects, and how they write names and parameters. */
#include "dialect_int.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "type_int.h"

void rowan__sql_ident(const rowan__dialect *dialect, rowan__buf *sql, const char *name)
{
    rowan__buf_char(sql, dialect->quote);
    for (; *name != '\0'; name++) {
        if (*name == dialect->quote)
            rowan__buf_char(sql, dialect->quote);
        rowan__buf_char(sql, *name);
    }
    rowan__buf_char(sql, dialect->quote);
}

void rowan__sql_table(const rowan__dialect *dialect, rowan__buf *sql,
                      const rowan_model *model)
{
    const char *schema = rowan_model_schema(model);

    if (schema != NULL && dialect->has_schemas) {
        rowan__sql_ident(dialect, sql, schema);
        rowan__buf_char(sql, '.');
    }
    rowan__sql_ident(dialect, sql, model->table);
}

void rowan__sql_string(rowan__buf *sql, const char *text, size_t len)
{
    rowan__buf_char(sql, '\'');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'')
            rowan__buf_char(sql, '\'');
        rowan__buf_char(sql, text[i]);
    }
    rowan__buf_char(sql, '\'');
}

/* A float is written as the double that it is, which 0.1 would not be. */
static void real_literal(const rowan__dialect *dialect, rowan__buf *sql, double real)
{
    rowan_value value = { .type = ROWAN_DOUBLE, .as.real = real };
    char text[ROWAN_TYPE_TEXT_MAX];
    size_t len = rowan_value_format(&value, text);

    if (dialect->reals_are_strings)
        rowan__sql_string(sql, text, len);
    else if (isinf(real))
        rowan__buf_str(sql, real < 0 ? "-9e999" : "9e999");
    else
        rowan__buf_add(sql, text, len);
}

void rowan__sql_literal(const rowan__dialect *dialect, rowan__buf *sql,
                        const rowan_column *column, const rowan_value *value)
{
    char text[ROWAN_TYPE_TEXT_MAX];
    const char *label;
    size_t len;

    switch (value->type) {
    case ROWAN_BOOL:
        if (dialect->has_booleans)
            rowan__buf_str(sql, value->as.int64 ? "true" : "false");
        else
            rowan__buf_str(sql, value->as.int64 ? "1" : "0");
        break;
    case ROWAN_INT16:
    case ROWAN_INT32:
    case ROWAN_INT64: rowan__buf_int64(sql, value->as.int64); break;
    case ROWAN_FLOAT:
    case ROWAN_DOUBLE: real_literal(dialect, sql, value->as.real); break;
    case ROWAN_TEXT:
    case ROWAN_JSON:
        rowan__sql_string(sql, value->as.text.ptr, value->as.text.len);
        break;
    case ROWAN_ENUM:
        label = rowan_enum_label(column->labels, value->as.int64);
        rowan__sql_string(sql, label, strlen(label));
        break;
    case ROWAN_UUID:
        if (dialect->uuid_is_binary)
            rowan__buf_char(sql, 'x');
        rowan__sql_string(
            sql, text, rowan__uuid_write(value->as.uuid, dialect->uuid_hyphens, text));
        break;
    case ROWAN_TIMESTAMP:
        len = rowan_value_format(value, text);
        rowan__buf_char(sql, '\'');
        rowan__buf_add(sql, text, len);
        rowan__buf_printf(sql, "%s'", dialect->utc_suffix);
        break;
    case ROWAN_DECIMAL:
    case ROWAN_DATE:
    case ROWAN_TIME:
        rowan__sql_string(sql, text, rowan_value_format(value, text));
        break;
    case ROWAN_BYTES:
    case ROWAN_N_TYPES: assert(0 && "no constant has this type"); break;
    }
}

static void of_row(const rowan__dialect *dialect, rowan__buf *sql,
                   const rowan_model *model, const rowan_column *column)
{
    rowan__sql_ident(dialect, sql, model->table);
    rowan__buf_char(sql, '.');
    rowan__sql_ident(dialect, sql, column->name);
}

void rowan__sql_next_version(const rowan__dialect *dialect, rowan__buf *sql,
                             const rowan_model *model, const rowan_column *version)
{
    int64_t last = version->type == ROWAN_INT16   ? INT16_MAX
                   : version->type == ROWAN_INT32 ? INT32_MAX
                                                  : INT64_MAX;

    rowan__buf_str(sql, "CASE WHEN ");
    of_row(dialect, sql, model, version);
    rowan__buf_str(sql, " < ");
    rowan__buf_int64(sql, last);
    rowan__buf_str(sql, " THEN ");
    of_row(dialect, sql, model, version);
    rowan__buf_str(sql, " + 1 ELSE 0 END");
}

void rowan__sql_param(const rowan__dialect *dialect, rowan__buf *sql, size_t n)
{
    if (!dialect->numbered_params) {
        rowan__buf_char(sql, '?');
        return;
    }
    rowan__buf_char(sql, '$');
    rowan__buf_int64(sql, (int64_t)n);
}

/* Tables are STRICT, which knows INTEGER, REAL, TEXT and BLOB only. Dates and times are
 * text in the forms that SQLAlchemy uses. */
const rowan__dialect rowan__dialect_sqlite = {
    .name = "SQLite",
    .quote = '"',
    .numbered_params = false,
    .type_names = {
        [ROWAN_BOOL] = "INTEGER",
        [ROWAN_INT16] = "INTEGER",
        [ROWAN_INT32] = "INTEGER",
        [ROWAN_INT64] = "INTEGER",
        [ROWAN_FLOAT] = "REAL",
        [ROWAN_DOUBLE] = "REAL",
        [ROWAN_DECIMAL] = "TEXT",
        [ROWAN_DATE] = "TEXT",
        [ROWAN_TIME] = "TEXT",
        [ROWAN_TIMESTAMP] = "TEXT",
        [ROWAN_UUID] = "TEXT",
        [ROWAN_TEXT] = "TEXT",
        [ROWAN_BYTES] = "BLOB",
        [ROWAN_JSON] = "TEXT",
        [ROWAN_ENUM] = "TEXT",
    },
    .has_partial_indexes = true,
    .generated_not_null = true,
    .text_length = "length",
    .has_infinity = true,
    .now = {
        [ROWAN_DATE] = "(date('now'))",
        [ROWAN_TIME] = "(strftime('%H:%M:%f000', 'now'))",
        [ROWAN_TIMESTAMP] = "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))",
    },
    .utc_suffix = "",
    .decimal_collation = " COLLATE rowan_decimal", /* made by the driver */
    .identity = "", /* a single INTEGER key takes the next number by itself */
    .table_options = " STRICT",
    .referrers = { "SELECT 1 FROM sqlite_schema p, sqlite_schema c, "
                   "pragma_foreign_key_list(c.name) f WHERE p.type = 'table' AND "
                   "c.type = 'table' AND p.name = ",
                   " COLLATE NOCASE AND f.\"table\" = p.name COLLATE NOCASE AND "
                   "c.name <> p.name LIMIT 1" },
    .has_bracket_names = true,
    .excluded = { "excluded.", "" },
    .like = { "", " LIKE ", " ESCAPE '\\'" }, /* the driver makes it see the case */
    .ilike = { "lower(", ") LIKE lower(", ") ESCAPE '\\'" },
    .has_nulls_order = true,
    .decimal_sum = "rowan_decimal_sum", /* made by the driver, as the collation */
    .plus = { [ROWAN_DOUBLE] = "rowan_double_add(",
              [ROWAN_DECIMAL] = "rowan_decimal_add(" },
    .fits = { [ROWAN_INT16] = "rowan_int_fits(",
              [ROWAN_INT32] = "rowan_int_fits(",
              [ROWAN_FLOAT] = "rowan_float_fits(",
              [ROWAN_DECIMAL] = "rowan_decimal_fits(",
              [ROWAN_TEXT] = "rowan_length_fits(",
              [ROWAN_BYTES] = "rowan_length_fits(" },
    .no_values = " DEFAULT VALUES",
    .differs = { "", " IS NOT ", "" },
    .staging_prefix = "CREATE TEMP TABLE ",
    .staging_schema = "temp.",
    .staging_options = "",
    .staging_drop = "DROP TABLE IF EXISTS ",
    .lock_rows = "",
    .counts_keys = true,
    .begin_write = "BEGIN IMMEDIATE",
    .begin_read = "BEGIN",
    .begin_only_reads = "BEGIN",
    .no_limit = "-1",
    .long_list = 256,
};

const rowan__dialect rowan__dialect_postgres = {
    .name = "PostgreSQL",
    .quote = '"',
    .numbered_params = true,
    .type_names = {
        [ROWAN_BOOL] = "boolean",
        [ROWAN_INT16] = "smallint",
        [ROWAN_INT32] = "integer",
        [ROWAN_INT64] = "bigint",
        [ROWAN_FLOAT] = "real",
        [ROWAN_DOUBLE] = "double precision",
        [ROWAN_DECIMAL] = "numeric",
        [ROWAN_DATE] = "date",
        [ROWAN_TIME] = "time without time zone",
        [ROWAN_TIMESTAMP] = "timestamp with time zone",
        [ROWAN_UUID] = "uuid",
        [ROWAN_TEXT] = "text",
        [ROWAN_BYTES] = "bytea",
        [ROWAN_JSON] = "jsonb",
        [ROWAN_ENUM] = "text",
    },
    .has_booleans = true,
    .has_schemas = true,
    .has_comments = true,
    .has_partial_indexes = true,
    .generated_not_null = true,
    .now = {
        [ROWAN_DATE] = "((CURRENT_TIMESTAMP AT TIME ZONE 'UTC')::date)",
        [ROWAN_TIME] = "((CURRENT_TIMESTAMP AT TIME ZONE 'UTC')::time)",
        [ROWAN_TIMESTAMP] = "CURRENT_TIMESTAMP",
    },
    .utc_suffix = "+00",
    .uuid_hyphens = true,
    .decimal_has_precision = true,
    .limited_text = "varchar",
    .cuts_spaces = true,
    .longest_text = 10485760, /* the server's own limit */
    .text_length = "char_length",
    .reals_are_strings = true,
    .has_infinity = true,
    .identity = " GENERATED BY DEFAULT AS IDENTITY",
    .table_options = "",
    .nests_comments = true,
    .has_escape_strings = true,
    .has_dollar_strings = true,
    .excluded = { "excluded.", "" },
    .like = { "", " LIKE ", " ESCAPE '\\'" },
    .ilike = { "", " ILIKE ", " ESCAPE '\\'" },
    .has_nulls_order = true,
    .row_lock = " FOR UPDATE",
    .widen = { "CAST(", " AS double precision)" },
    .int_sum = { "CAST(", " AS bigint)" }, /* sum(bigint) is a numeric */
    .no_values = " DEFAULT VALUES",
    .differs = { "", " IS DISTINCT FROM ", "" },
    .staging_prefix = "CREATE TEMPORARY TABLE ",
    .staging_schema = "pg_temp.",
    .staging_options = " ON COMMIT DROP",
    .staging_drop = "DROP TABLE IF EXISTS ",
    .locks_tables = true,
    .lock_rows = "",
    .copy = { "COPY ", " FROM STDIN (FORMAT binary)" },
    .has_sequences = true,
    .schema_lock = "SELECT pg_advisory_xact_lock(8031924551047)", /* any number of ours */
    .wants_analyze = true,
    .begin_write = "BEGIN",
    .begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .begin_only_reads = "BEGIN READ ONLY",
    .has_arrays = true,
    .isolation_levels = { NULL, "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE" },
    .no_limit = "ALL",
    .max_params = 65535, /* a 16-bit count in the protocol */
    .long_list = 256,
    /* Not unnest(): there PostgreSQL expects ten values of any array it does not see, and
     * here a thousand. */
    .split = { "SELECT string_to_table(", ")::" },
};

/* InnoDB checks that a key of an index is no longer than 3,072 bytes. A text in a primary,
 * unique or foreign key therefore has 255 characters of up to 4 bytes, so that three of
 * them fit into one key; a longer value is refused, never cut. A text with an index of its
 * own keeps its length: the index has its first 255 characters.
 *
 * Text is compared byte by byte and its spaces count (nopad_bin), as on the other two.
 * A timestamp is a DATETIME in UTC, as TIMESTAMP ends in 2038. Names are locked for the
 * session, so that a refresh keeps others out for as long as it lasts; the server's own
 * LOCK TABLES would end the transaction and shut out the readers. */
#define GET_NAME \
    "BEGIN NOT ATOMIC IF COALESCE(GET_LOCK(MD5(CONCAT('rowan ', DATABASE(), ' ', "
#define OR_FAIL                                                                      \
    ")), @@innodb_lock_wait_timeout), 0) = 0 THEN SIGNAL SQLSTATE 'HY000' SET "      \
    "MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'another session loads or changes the same " \
    "tables'; END IF; END"
#define TEXTS " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"
const rowan__dialect rowan__dialect_mariadb = {
    .name = "MariaDB",
    .quote = '`',
    .numbered_params = false,
    .type_names = {
        [ROWAN_BOOL] = "tinyint(1)",
        [ROWAN_INT16] = "smallint",
        [ROWAN_INT32] = "int",
        [ROWAN_INT64] = "bigint",
        [ROWAN_FLOAT] = "float",
        [ROWAN_DOUBLE] = "double",
        [ROWAN_DECIMAL] = "decimal",
        [ROWAN_DATE] = "date",
        [ROWAN_TIME] = "time(6)",
        [ROWAN_TIMESTAMP] = "datetime(6)",
        [ROWAN_UUID] = "binary(16)",
        [ROWAN_TEXT] = "longtext",
        [ROWAN_BYTES] = "longblob",
        [ROWAN_JSON] = "json",
        [ROWAN_ENUM] = "varchar(255)",
    },
    .now = {
        [ROWAN_DATE] = "(UTC_DATE())",
        [ROWAN_TIME] = "(UTC_TIME(6))",
        [ROWAN_TIMESTAMP] = "(UTC_TIMESTAMP(6))",
    },
    .utc_suffix = "",
    .uuid_is_binary = true,
    .decimal_has_precision = true,
    .limited_text = "varchar",
    .cuts_spaces = true,
    .longest_text = 768, /* longer ones are no keys, and a row has 65,535 bytes of them */
    .text_length = "char_length",
    .key_text = "varchar(255)",
    .limited_bytes = "varbinary",
    .key_bytes = "varbinary(255)",
    .index_prefix = "(255)",
    .identity = " AUTO_INCREMENT",
    .table_options = TEXTS,
    .inline_comments = true,
    .longest_comment = 1024,
    .narrow_names = true,
    .has_hash_comments = true,
    .excluded = { "VALUES(", ")" },
    .upserts_by_any_key = true,
    .other_key_code = 1242, /* ER_SUBQUERY_NO_1_ROW: see upsert_statement.c */
    .no_update_returning = true,
    .like = { "", " LIKE ", " ESCAPE '\\'" }, /* sessions have NO_BACKSLASH_ESCAPES */
    .ilike = { "lower(", ") LIKE lower(", ") ESCAPE '\\'" },
    .row_lock = " FOR UPDATE",
    .widen = { "CAST(", " AS double)" }, /* an average of integers has 4 decimals */
    .no_values = " () VALUES ()",
    .differs = { "NOT (", " <=> ", ")" },
    .staging_prefix = "CREATE OR REPLACE TEMPORARY TABLE ",
    .staging_schema = "",
    .staging_options = TEXTS,
    .staging_drop = "DROP TEMPORARY TABLE IF EXISTS ",
    .staging_stays = true,
    .joins_updates = true,
    .name_lock = { GET_NAME, OR_FAIL },
    .lock_rows = " FOR UPDATE",
    .unlock = "DO RELEASE_ALL_LOCKS()",
    .many_runs = true,
    .ddl_commits = true,
    .schema_lock = GET_NAME "'*'" OR_FAIL,
    .begin_write = "START TRANSACTION READ WRITE",
    .begin_read = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    .begin_only_reads = "START TRANSACTION READ ONLY",
    .isolation_levels = { NULL, "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE" },
    .isolation_is_set_before = true,
    .no_limit = "18446744073709551615",
    .max_params = 65535, /* a 16-bit count in the protocol */
    .long_list = 16384, /* then it is joined, and not looked up one by one */
    .narrow_in = true,
};
