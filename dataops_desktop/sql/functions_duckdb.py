"""Words of DuckDB 2.0.0, from duckdb_functions(), duckdb_keywords() and duckdb_types(). Made by packaging/duckdb_vocabulary.py."""

from __future__ import annotations

DUCKDB_FUNCTIONS: dict[str, str] = {
    line.split("(")[0]: line
    for line in """\
abs(x) → T
acos(x) → double
acosh(x) → double
add(left, right) → T
age(timestamp1, timestamp2) → interval
aggregate(list, function_name) → T
ago(i) → value
alias(expr) → varchar
any_value(arg) → T
apply(list, lambda) → any[]
approx_count_distinct(any) → bigint
approx_quantile(x, pos) → T
approx_top_k(val, k) → any[]
arbitrary(arg) → T
arg_max(arg, val, N) → T
arg_max_null(arg, val) → T
arg_max_nulls_last(arg, val, N) → T
arg_min(arg, val, N) → T
arg_min_null(arg, val) → T
arg_min_nulls_last(arg, val, N) → T
argmax(arg, val, N) → T
argmin(arg, val, N) → T
array_agg(arg) → t[]
array_aggr(list, function_name) → T
array_aggregate(list, function_name) → T
array_append(arr, el) → value
array_apply(list, lambda) → any[]
array_cat() → any[]
array_concat() → any[]
array_contains(list, element) → boolean
array_cosine_distance(array1, array2) → T
array_cosine_similarity(array1, array2) → T
array_cross_product(array1, array2) → T
array_distance(array1, array2) → T
array_distinct(list) → t[]
array_dot_product(array1, array2) → T
array_extract(tuple, index) → T
array_filter(list, lambda) → any[]
array_grade_up(list, sort_order, null_order) → bigint[]
array_has(list, element) → boolean
array_has_all(list1, list2) → boolean
array_has_any(list1, list2) → boolean
array_indexof(list, element) → integer
array_inner_product(array1, array2) → T
array_intersect(list1, list2) → t[]
array_length(list, dimension) → bigint
array_negative_dot_product(array1, array2) → T
array_negative_inner_product(array1, array2) → T
array_pop_back(arr) → value
array_pop_front(arr) → value
array_position(list, element) → integer
array_prepend(el, arr) → value
array_push_back(arr, e) → value
array_push_front(arr, e) → value
array_reduce(list, lambda, initial_value) → T
array_resize(list, size, value) → any[]
array_reverse(l) → value
array_reverse_sort(list, null_order) → any[]
array_select(value_list, index_list) → t[]
array_slice(list, begin, end, step) → T
array_sort(list, sort_order, null_order) → any[]
array_to_json() → json
array_to_string(arr, sep) → value
array_to_string_comma_default(arr, sep) → value
array_transform(list, lambda) → any[]
array_unique(list) → ubigint
array_value() → array
array_where(value_list, mask_list) → t[]
array_zip() → struct[]
arrow_scan() → table
arrow_scan_dumb() → table
ascii(string) → integer
asin(x) → double
asinh(x) → double
assert_true(condition, message) → value
atan(x) → double
atan2(y, x) → double
atanh(x) → double
avg(x) → T
bar(x, min, max, width) → varchar
base64(blob) → varchar
bin(value) → varchar
binom(n, k) → hugeint
bit_and(arg) → T
bit_count(x) → T
bit_length(string) → bigint
bit_or(arg) → T
bit_position(substring, bitstring) → integer
bit_xor(arg) → T
bitstring(bitstring, length) → bit
bitstring_agg(arg, min, max) → bit
bitstring_byte_comparable(bitstring) → blob
bool_and(arg) → boolean
bool_or(arg) → boolean
can_cast_implicitly(source_type, target_type) → boolean
cardinality(map) → ubigint
cast_to_type(param, type) → T
cbrt(x) → double
ceil(x) → T
ceiling(x) → T
century(ts) → bigint
char_length(string) → bigint
character_length(string) → bigint
checkpoint(database) → table
chr(code_point) → varchar
col_description(table_oid, column_number) → value
collate_aa(str) → blob
collate_af(str) → blob
collate_am(str) → blob
collate_ar(str) → blob
collate_ar_sa(str) → blob
collate_as(str) → blob
collate_az(str) → blob
collate_bal(str) → blob
collate_be(str) → blob
collate_bg(str) → blob
collate_blo(str) → blob
collate_bn(str) → blob
collate_bo(str) → blob
collate_br(str) → blob
collate_bs(str) → blob
collate_ca(str) → blob
collate_ceb(str) → blob
collate_chr(str) → blob
collate_cs(str) → blob
collate_cu(str) → blob
collate_cy(str) → blob
collate_da(str) → blob
collate_de(str) → blob
collate_de_at(str) → blob
collate_dsb(str) → blob
collate_dz(str) → blob
collate_ee(str) → blob
collate_el(str) → blob
collate_en(str) → blob
collate_en_us(str) → blob
collate_eo(str) → blob
collate_es(str) → blob
collate_et(str) → blob
collate_fa(str) → blob
collate_fa_af(str) → blob
collate_ff(str) → blob
collate_fi(str) → blob
collate_fil(str) → blob
collate_fo(str) → blob
collate_fr(str) → blob
collate_fr_ca(str) → blob
collate_fy(str) → blob
collate_ga(str) → blob
collate_gl(str) → blob
collate_gu(str) → blob
collate_ha(str) → blob
collate_haw(str) → blob
collate_he(str) → blob
collate_he_il(str) → blob
collate_hi(str) → blob
collate_hr(str) → blob
collate_hsb(str) → blob
collate_hu(str) → blob
collate_hy(str) → blob
collate_id(str) → blob
collate_id_id(str) → blob
collate_ig(str) → blob
collate_is(str) → blob
collate_it(str) → blob
collate_ja(str) → blob
collate_ka(str) → blob
collate_kk(str) → blob
collate_kl(str) → blob
collate_km(str) → blob
collate_kn(str) → blob
collate_ko(str) → blob
collate_kok(str) → blob
collate_ku(str) → blob
collate_ky(str) → blob
collate_lb(str) → blob
collate_lij(str) → blob
collate_lkt(str) → blob
collate_ln(str) → blob
collate_lo(str) → blob
collate_lt(str) → blob
collate_lv(str) → blob
collate_mk(str) → blob
collate_ml(str) → blob
collate_mn(str) → blob
collate_mr(str) → blob
collate_ms(str) → blob
collate_mt(str) → blob
collate_my(str) → blob
collate_nb(str) → blob
collate_nb_no(str) → blob
collate_ne(str) → blob
collate_nl(str) → blob
collate_nn(str) → blob
collate_no(str) → blob
collate_noaccent(str) → blob
collate_nso(str) → blob
collate_om(str) → blob
collate_or(str) → blob
collate_pa(str) → blob
collate_pa_in(str) → blob
collate_pl(str) → blob
collate_ps(str) → blob
collate_pt(str) → blob
collate_ro(str) → blob
collate_ru(str) → blob
collate_sa(str) → blob
collate_se(str) → blob
collate_sgs(str) → blob
collate_si(str) → blob
collate_sk(str) → blob
collate_sl(str) → blob
collate_smn(str) → blob
collate_sq(str) → blob
collate_sr(str) → blob
collate_sr_ba(str) → blob
collate_sr_me(str) → blob
collate_sr_rs(str) → blob
collate_ssy(str) → blob
collate_st(str) → blob
collate_sv(str) → blob
collate_sw(str) → blob
collate_ta(str) → blob
collate_te(str) → blob
collate_th(str) → blob
collate_tk(str) → blob
collate_tn(str) → blob
collate_to(str) → blob
collate_tr(str) → blob
collate_ug(str) → blob
collate_uk(str) → blob
collate_ur(str) → blob
collate_uz(str) → blob
collate_vi(str) → blob
collate_vo(str) → blob
collate_wae(str) → blob
collate_wo(str) → blob
collate_xh(str) → blob
collate_yi(str) → blob
collate_yo(str) → blob
collate_zh(str) → blob
collate_zh_cn(str) → blob
collate_zh_hk(str) → blob
collate_zh_mo(str) → blob
collate_zh_sg(str) → blob
collate_zh_tw(str) → blob
collate_zu(str) → blob
combine(state1, state2) → T
combine_aggr(arg, multiplicities) → T
concat(value) → T
concat_ws(separator, string) → varchar
constant_or_null(arg1, arg2) → T
contains(struct, entry) → boolean
corr(y, x) → double
cos(x) → double
cosh(x) → double
cot(x) → double
count(arg) → bigint
count_if(arg) → hugeint
count_star() → bigint
countif(arg) → hugeint
covar_pop(y, x) → double
covar_samp(y, x) → double
create_external_resource(type, params, resource_name, handle, teardown_on_failure, timeout_seconds, poll_interval_seconds) → table
create_sort_key(key1) → blob
cume_dist() → double
current_catalog() → value
current_connection_id() → ubigint
current_database() → T
current_date() → date
current_localtime() → time
current_localtimestamp() → timestamp
current_query() → T
current_query_id() → ubigint
current_role() → value
current_schema() → T
current_schemas(include_implicit) → T
current_setting(setting_name) → T
current_transaction_id() → ubigint
current_user() → value
currval(sequence_name) → bigint
damerau_levenshtein(s1, s2) → bigint
date_add(date, interval) → value
date_diff(part, startdate, enddate) → bigint
date_part(part_list, ts) → T
date_sub(part, startdate, enddate) → bigint
date_trunc(part, timestamp) → T
datediff(part, startdate, enddate) → bigint
datepart(part_list, ts) → T
datesub(part, startdate, enddate) → bigint
datetrunc(part, timestamp) → T
day(ts) → bigint
dayname(ts) → varchar
dayofmonth(ts) → bigint
dayofweek(ts) → bigint
dayofyear(ts) → bigint
days_in_month(date) → value
decade(ts) → bigint
decimal_average(arg) → decimal
decimal_division(x, y, scale) → decimal
decode(blob, error_option) → varchar
degrees(x) → double
dense_rank() → bigint
deregister_external_resource(name) → table
destroy_external_resource(deleter_function, payload) → table
disable_logging() → table
disable_profiling() → table
divide(left, right) → T
duckdb_approx_database_count() → table
duckdb_available_metrics() → table
duckdb_columns() → table
duckdb_connection_count() → table
duckdb_constraints() → table
duckdb_coordinate_systems() → table
duckdb_databases() → table
duckdb_dependencies() → table
duckdb_dialects() → table
duckdb_eviction_queues() → table
duckdb_extension_repositories() → table
duckdb_extensions() → table
duckdb_external_file_cache() → table
duckdb_external_resource_types() → table
duckdb_external_resources(discover) → table
duckdb_functions() → table
duckdb_grammar_extensions() → table
duckdb_indexes() → table
duckdb_keywords() → table
duckdb_log_contexts() → table
duckdb_logs(denormalized_table) → table
duckdb_logs_parsed(log_type) → table
duckdb_memory() → table
duckdb_optimizers() → table
duckdb_prepared_statements() → table
duckdb_profiling_settings() → table
duckdb_schemas() → table
duckdb_secret_type_parameters() → table
duckdb_secret_types() → table
duckdb_secrets(redact) → table
duckdb_sequences() → table
duckdb_settings(debug, deprecated, include_all) → table
duckdb_table_sample(table_name) → table
duckdb_tables() → table
duckdb_temporary_files() → table
duckdb_triggers() → table
duckdb_types() → table
duckdb_variables() → table
duckdb_views() → table
editdist3(s1, s2) → bigint
element_at(map, key) → v[]
enable_logging(level, storage, storage_config, storage_path, storage_normalize, storage_buffer_size) → table
enable_profiling(metrics, format, coverage, save_location, mode) → table
encode(string) → blob
ends_with(string, search_string) → boolean
entropy(x) → double
enum_code(enum) → T
enum_first(enum) → varchar
enum_last(enum) → varchar
enum_range(enum) → varchar[]
enum_range_boundary(start, end) → varchar[]
epoch(ts) → double
epoch_ms(temporal) → T
epoch_ns(temporal) → bigint
epoch_us(temporal) → bigint
equi_width_bins(min, max, bin_count, nice_rounding) → any[]
era(ts) → bigint
error(message) → "null"
even(x) → double
exp(x) → double
factorial(x) → hugeint
favg(x) → double
fdiv(x, y) → value
fill(expr) → T
filter(list, lambda) → any[]
finalize(state) → invalid
first(arg) → T
first_value(expr) → T
flatten(nested_list) → t[]
floor(x) → T
fmod(x, y) → value
force_checkpoint(database) → table
format(format) → varchar
format_bytes(integer) → varchar
format_pg_type(logical_type, type_name) → value
format_type(type_oid, typemod) → value
from_base64(string) → blob
from_binary(value) → blob
from_hex(value) → blob
from_json(json, structure) → T
from_json_strict(json, structure) → T
fsum(arg) → double
gamma(x) → double
gcd(x, y) → T
gen_random_uuid() → uuid
generate_series(start, stop, step) → T
generate_subscripts(arr, dim) → value
geomean(x) → value
geometric_mean(x) → value
get_bit(bitstring, index) → integer
get_block_size(db_name) → value
get_current_time() → time with time zone
get_current_timestamp() → timestamp with time zone
get_type(expression) → type
getvariable(variable_name) → T
glob(pattern) → table
grade_up(list, sort_order, null_order) → bigint[]
greatest(arg1) → T
greatest_common_divisor(x, y) → T
group_concat(str, arg) → varchar
hamming(s1, s2) → bigint
has_any_column_privilege(user, table, privilege) → value
has_column_privilege(user, table, column, privilege) → value
has_database_privilege(user, database, privilege) → value
has_foreign_data_wrapper_privilege(user, fdw, privilege) → value
has_function_privilege(user, function, privilege) → value
has_language_privilege(user, language, privilege) → value
has_schema_privilege(user, schema, privilege) → value
has_sequence_privilege(user, sequence, privilege) → value
has_server_privilege(user, server, privilege) → value
has_table_privilege(user, table, privilege) → value
has_tablespace_privilege(user, tablespace, privilege) → value
hash(value) → ubigint
hex(value) → varchar
histogram(source, col_name, bin_count, technique) → T
histogram_exact(arg, bins) → map
histogram_values(source, col_name, bin_count, technique) → table
hive_partition_component(name, value) → varchar
hour(ts) → bigint
icu_calendar_names() → table
icu_collate_aa(str) → varchar
icu_collate_af(str) → varchar
icu_collate_am(str) → varchar
icu_collate_ar(str) → varchar
icu_collate_ar_sa(str) → varchar
icu_collate_as(str) → varchar
icu_collate_az(str) → varchar
icu_collate_bal(str) → varchar
icu_collate_be(str) → varchar
icu_collate_bg(str) → varchar
icu_collate_blo(str) → varchar
icu_collate_bn(str) → varchar
icu_collate_bo(str) → varchar
icu_collate_br(str) → varchar
icu_collate_bs(str) → varchar
icu_collate_ca(str) → varchar
icu_collate_ceb(str) → varchar
icu_collate_chr(str) → varchar
icu_collate_cs(str) → varchar
icu_collate_cu(str) → varchar
icu_collate_cy(str) → varchar
icu_collate_da(str) → varchar
icu_collate_de(str) → varchar
icu_collate_de_at(str) → varchar
icu_collate_dsb(str) → varchar
icu_collate_dz(str) → varchar
icu_collate_ee(str) → varchar
icu_collate_el(str) → varchar
icu_collate_en(str) → varchar
icu_collate_en_us(str) → varchar
icu_collate_eo(str) → varchar
icu_collate_es(str) → varchar
icu_collate_et(str) → varchar
icu_collate_fa(str) → varchar
icu_collate_fa_af(str) → varchar
icu_collate_ff(str) → varchar
icu_collate_fi(str) → varchar
icu_collate_fil(str) → varchar
icu_collate_fo(str) → varchar
icu_collate_fr(str) → varchar
icu_collate_fr_ca(str) → varchar
icu_collate_fy(str) → varchar
icu_collate_ga(str) → varchar
icu_collate_gl(str) → varchar
icu_collate_gu(str) → varchar
icu_collate_ha(str) → varchar
icu_collate_haw(str) → varchar
icu_collate_he(str) → varchar
icu_collate_he_il(str) → varchar
icu_collate_hi(str) → varchar
icu_collate_hr(str) → varchar
icu_collate_hsb(str) → varchar
icu_collate_hu(str) → varchar
icu_collate_hy(str) → varchar
icu_collate_id(str) → varchar
icu_collate_id_id(str) → varchar
icu_collate_ig(str) → varchar
icu_collate_is(str) → varchar
icu_collate_it(str) → varchar
icu_collate_ja(str) → varchar
icu_collate_ka(str) → varchar
icu_collate_kk(str) → varchar
icu_collate_kl(str) → varchar
icu_collate_km(str) → varchar
icu_collate_kn(str) → varchar
icu_collate_ko(str) → varchar
icu_collate_kok(str) → varchar
icu_collate_ku(str) → varchar
icu_collate_ky(str) → varchar
icu_collate_lb(str) → varchar
icu_collate_lij(str) → varchar
icu_collate_lkt(str) → varchar
icu_collate_ln(str) → varchar
icu_collate_lo(str) → varchar
icu_collate_lt(str) → varchar
icu_collate_lv(str) → varchar
icu_collate_mk(str) → varchar
icu_collate_ml(str) → varchar
icu_collate_mn(str) → varchar
icu_collate_mr(str) → varchar
icu_collate_ms(str) → varchar
icu_collate_mt(str) → varchar
icu_collate_my(str) → varchar
icu_collate_nb(str) → varchar
icu_collate_nb_no(str) → varchar
icu_collate_ne(str) → varchar
icu_collate_nl(str) → varchar
icu_collate_nn(str) → varchar
icu_collate_no(str) → varchar
icu_collate_noaccent(str) → varchar
icu_collate_nso(str) → varchar
icu_collate_om(str) → varchar
icu_collate_or(str) → varchar
icu_collate_pa(str) → varchar
icu_collate_pa_in(str) → varchar
icu_collate_pl(str) → varchar
icu_collate_ps(str) → varchar
icu_collate_pt(str) → varchar
icu_collate_ro(str) → varchar
icu_collate_ru(str) → varchar
icu_collate_sa(str) → varchar
icu_collate_se(str) → varchar
icu_collate_sgs(str) → varchar
icu_collate_si(str) → varchar
icu_collate_sk(str) → varchar
icu_collate_sl(str) → varchar
icu_collate_smn(str) → varchar
icu_collate_sq(str) → varchar
icu_collate_sr(str) → varchar
icu_collate_sr_ba(str) → varchar
icu_collate_sr_me(str) → varchar
icu_collate_sr_rs(str) → varchar
icu_collate_ssy(str) → varchar
icu_collate_st(str) → varchar
icu_collate_sv(str) → varchar
icu_collate_sw(str) → varchar
icu_collate_ta(str) → varchar
icu_collate_te(str) → varchar
icu_collate_th(str) → varchar
icu_collate_tk(str) → varchar
icu_collate_tn(str) → varchar
icu_collate_to(str) → varchar
icu_collate_tr(str) → varchar
icu_collate_ug(str) → varchar
icu_collate_uk(str) → varchar
icu_collate_ur(str) → varchar
icu_collate_uz(str) → varchar
icu_collate_vi(str) → varchar
icu_collate_vo(str) → varchar
icu_collate_wae(str) → varchar
icu_collate_wo(str) → varchar
icu_collate_xh(str) → varchar
icu_collate_yi(str) → varchar
icu_collate_yo(str) → varchar
icu_collate_zh(str) → varchar
icu_collate_zh_cn(str) → varchar
icu_collate_zh_hk(str) → varchar
icu_collate_zh_mo(str) → varchar
icu_collate_zh_sg(str) → varchar
icu_collate_zh_tw(str) → varchar
icu_collate_zu(str) → varchar
icu_sort_key(str, collator) → varchar
if(a, b, c) → value
ilike_escape(string, like_specifier, escape_character) → boolean
in_search_path(database_name, schema_name) → boolean
index_key(path, name) → blob
inet_client_addr() → value
inet_client_port() → value
inet_server_addr() → value
inet_server_port() → value
instr(string, search_string) → bigint
invoke(lambda, arg1) → T
is_histogram_other_bin(val) → boolean
isfinite(x) → boolean
isinf(x) → boolean
isnan(x) → boolean
isodow(ts) → bigint
isoyear(ts) → bigint
jaccard(s1, s2) → double
jaro_similarity(s1, s2, score_cutoff) → double
jaro_winkler_similarity(s1, s2, score_cutoff) → double
json(x) → value
json_array() → json
json_array_length(json, path) → T
json_contains(haystack, needle) → boolean
json_copy_strftime_if_date(x, format) → value
json_copy_strftime_if_timestamp(x, format) → value
json_deep_merge(json1, json2) → json
json_deserialize_sql(json) → varchar
json_each(json, path) → table
json_execute_serialized_sql(serialized_sql) → table
json_exists(json, path) → T
json_extract(json, path) → T
json_extract_path(json, path) → T
json_extract_path_text(json, path) → T
json_extract_string(json, path) → T
json_group_array(x) → value
json_group_object(n, v) → value
json_group_structure(x) → value
json_insert(json, path, value) → json
json_keys(json, path) → T
json_merge_patch(json1, json2) → json
json_merge_patch_diff(old, new) → json
json_normalize(json) → varchar
json_object() → json
json_pretty(json) → varchar
json_quote() → json
json_remove(json, path) → json
json_replace(json, path, value) → json
json_serialize_plan(sql, skip_null, skip_empty, skip_default, format, optimize) → json
json_serialize_sql(sql, skip_null, skip_empty, skip_default, format) → json
json_set(json, path, value) → json
json_strip_nulls(json) → json
json_structure(json) → json
json_transform(json, structure) → T
json_transform_strict(json, structure) → T
json_tree(json, path) → table
json_type(json, path) → T
json_valid(json) → boolean
json_value(json, path) → T
julian(ts) → double
kahan_sum(arg) → double
kurtosis(x) → double
kurtosis_pop(x) → double
lag(col, offset, default) → T
last(arg) → T
last_day(ts) → date
last_value(expr) → T
lcase(string) → varchar
lcm(x, y) → T
lead(col, offset, default) → T
least(arg1) → T
least_common_multiple(x, y) → T
left(string, count) → varchar
left_grapheme(string, count) → varchar
len(string) → bigint
length(string) → bigint
length_grapheme(string) → bigint
levenshtein(s1, s2) → bigint
lgamma(x) → double
like_escape(string, like_specifier, escape_character) → boolean
list(arg) → t[]
list_aggr(list, function_name) → T
list_aggregate(list, function_name) → T
list_any_value(l) → value
list_append(l, e) → value
list_apply(list, lambda) → any[]
list_approx_count_distinct(l) → value
list_avg(l) → value
list_bit_and(l) → value
list_bit_or(l) → value
list_bit_xor(l) → value
list_bool_and(l) → value
list_bool_or(l) → value
list_cat() → any[]
list_concat() → any[]
list_contains(list, element) → boolean
list_cosine_distance(list1, list2) → T
list_cosine_similarity(list1, list2) → T
list_count(l) → value
list_distance(list1, list2) → T
list_distinct(list) → t[]
list_dot_product(list1, list2) → T
list_element(string, index) → T
list_entropy(l) → value
list_extract(string, index) → T
list_filter(list, lambda) → any[]
list_first(l) → value
list_grade_up(list, sort_order, null_order) → bigint[]
list_has(list, element) → boolean
list_has_all(list1, list2) → boolean
list_has_any(list1, list2) → boolean
list_histogram(l) → value
list_indexof(list, element) → integer
list_inner_product(list1, list2) → T
list_intersect(list1, list2) → t[]
list_kurtosis(l) → value
list_kurtosis_pop(l) → value
list_last(l) → value
list_mad(l) → value
list_max(l) → value
list_median(l) → value
list_min(l) → value
list_mode(l) → value
list_negative_dot_product(list1, list2) → T
list_negative_inner_product(list1, list2) → T
list_pack(value) → T
list_position(list, element) → integer
list_prepend(e, l) → value
list_product(l) → value
list_reduce(list, lambda, initial_value) → T
list_resize(list, size, value) → any[]
list_reverse(l) → value
list_reverse_sort(list, null_order) → any[]
list_select(value_list, index_list) → t[]
list_sem(l) → value
list_skewness(l) → value
list_slice(list, begin, end, step) → T
list_sort(list, sort_order, null_order) → any[]
list_stddev_pop(l) → value
list_stddev_samp(l) → value
list_string_agg(l) → value
list_sum(l) → value
list_transform(list, lambda) → any[]
list_unique(list) → ubigint
list_value(value) → T
list_var_pop(l) → value
list_var_samp(l) → value
list_where(value_list, mask_list) → t[]
list_zip() → struct[]
listagg(str, arg) → varchar
ln(x) → double
log(b, x) → double
log10(x) → double
log2(x) → double
lower(string) → varchar
lpad(string, count, character) → varchar
ltrim(string, characters) → varchar
lttb(x, y, n) → T
mad(x) → T
make_date(year, month, day) → date
make_time(hour, minute, seconds) → time
make_timestamp(year, month, day, hour, minute, seconds) → timestamp
make_timestamp_ms(nanos) → timestamp
make_timestamp_ns(nanos) → timestamp_ns
make_timestamptz(year, month, day, hour, minute, seconds, timezone) → timestamp with time zone
make_type(name) → type
map(keys, values) → T
map_concat() → list
map_contains(map, key) → boolean
map_contains_entry(map, key, value) → value
map_contains_value(map, value) → value
map_entries(map) → struct("key" k, "value" v)[]
map_extract(map, key) → v[]
map_extract_value(map, key) → v
map_from_entries(map) → map(k, v)
map_keys(map) → k[]
map_to_pg_oid(type_name) → value
map_values(map) → v[]
max(arg, n) → T
max_by(arg, val, N) → T
md5(string) → varchar
md5_number(string) → uhugeint
md5_number_lower(param) → value
md5_number_upper(param) → value
mean(x) → T
median(x) → T
microsecond(ts) → bigint
millennium(ts) → bigint
millisecond(ts) → bigint
min(arg, n) → T
min_by(arg, val, N) → T
minute(ts) → bigint
mismatches(s1, s2) → bigint
mod(left, right) → T
mode(x) → T
month(ts) → bigint
monthname(ts) → varchar
multiply(left, right) → T
nanosecond(tsns) → bigint
nextafter(x, y) → T
nextval(sequence_name) → bigint
nfc_normalize(string) → varchar
normalized_interval(interval) → interval
not_ilike_escape(string, like_specifier, escape_character) → boolean
not_like_escape(string, like_specifier, escape_character) → boolean
now() → timestamp with time zone
nth_value(expr, n) → T
ntile(num_buckets) → bigint
nullif(a, b) → value
obj_description(object_oid, catalog_name) → value
octet_length(blob) → bigint
ord(string) → integer
overlay(string, replacement, start, count) → varchar
pandas_scan() → table
parquet_bloom_probe(paths, column_name, value) → table
parquet_file_metadata(paths) → table
parquet_full_metadata(paths) → table
parquet_kv_metadata(paths) → table
parquet_metadata(paths) → table
parquet_scan(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, binary_as_string, debug_use_openssl, compression, explicit_cardinality, encryption_config, parquet_version, can_have_nan, prefetch_strategy, utf8_validation, int96_as, bound_schema) → table
parquet_schema(paths) → table
parse_dirname(path, separator) → varchar
parse_dirpath(path, separator) → varchar
parse_duckdb_log_message(type, message) → T
parse_filename(string, trim_extension, separator) → varchar
parse_formatted_bytes(string) → ubigint
parse_path(path, separator) → varchar[]
path_join(path) → varchar
percent_rank() → double
pi() → double
position(string, search_string) → bigint
pow(x, y) → double
power(x, y) → double
prefix(string, search_string) → boolean
printf(format) → varchar
product(arg) → double
python_arrow_scan() → table
python_map_function(col0) → table
quantile(x, quantile) → T
quantile_cont(x, quantile) → T
quantile_disc(x, quantile) → T
quarter(ts) → bigint
query(query) → table
query_table(table_names, by_name) → table
radians(x) → double
random() → double
range(start, stop, step) → T
rank() → bigint
rank_dense() → bigint
read_blob(paths, allow_empty) → table
read_csv(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, sep, delim, separator, delimiter, null, date_format, timestamp_format, quote, new_line, escape, nullstr, columns, auto_type_candidates, header, auto_detect, sample_size, all_varchar, dateformat, timestampformat, normalize_names, compression, skip, max_line_size, maximum_line_size, ignore_errors, store_rejects, rejects_table, rejects_scan, rejects_limit, rejects_line_size_limit, force_not_null, buffer_size, decimal_separator, parallel, null_padding, allow_quoted_nulls, column_types, dtypes, types, names, column_names, comment, encoding, strict_mode, thousands, files_to_sniff) → table
read_csv_auto(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, sep, delim, separator, delimiter, null, date_format, timestamp_format, quote, new_line, escape, nullstr, columns, auto_type_candidates, header, auto_detect, sample_size, all_varchar, dateformat, timestampformat, normalize_names, compression, skip, max_line_size, maximum_line_size, ignore_errors, store_rejects, rejects_table, rejects_scan, rejects_limit, rejects_line_size_limit, force_not_null, buffer_size, decimal_separator, parallel, null_padding, allow_quoted_nulls, column_types, dtypes, types, names, column_names, comment, encoding, strict_mode, thousands, files_to_sniff) → table
read_duckdb(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, schema_name, table_name) → table
read_json(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, maximum_object_size, ignore_errors, format, compression, columns, auto_detect, geojson, sample_size, dateformat, date_format, timestampformat, timestamp_format, records, array, maximum_sample_files, maximum_depth, field_appearance_threshold, convert_strings_to_integers, map_inference_threshold) → table
read_json_auto(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, maximum_object_size, ignore_errors, format, compression, columns, auto_detect, geojson, sample_size, dateformat, date_format, timestampformat, timestamp_format, records, array, maximum_sample_files, maximum_depth, field_appearance_threshold, convert_strings_to_integers, map_inference_threshold) → table
read_json_objects(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, maximum_object_size, ignore_errors, format, compression) → table
read_json_objects_auto(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, maximum_object_size, ignore_errors, format, compression) → table
read_ndjson(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, maximum_object_size, ignore_errors, format, compression, columns, auto_detect, geojson, sample_size, dateformat, date_format, timestampformat, timestamp_format, records, array, maximum_sample_files, maximum_depth, field_appearance_threshold, convert_strings_to_integers, map_inference_threshold) → table
read_ndjson_auto(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, maximum_object_size, ignore_errors, format, compression, columns, auto_detect, geojson, sample_size, dateformat, date_format, timestampformat, timestamp_format, records, array, maximum_sample_files, maximum_depth, field_appearance_threshold, convert_strings_to_integers, map_inference_threshold) → table
read_ndjson_objects(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, maximum_object_size, ignore_errors, format, compression) → table
read_parquet(paths, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, binary_as_string, debug_use_openssl, compression, explicit_cardinality, encryption_config, parquet_version, can_have_nan, prefetch_strategy, utf8_validation, int96_as, bound_schema) → table
read_single_csv_file(file, sep, delim, separator, delimiter, null, date_format, timestamp_format, quote, new_line, escape, nullstr, columns, auto_type_candidates, header, auto_detect, sample_size, all_varchar, dateformat, timestampformat, normalize_names, compression, skip, max_line_size, maximum_line_size, ignore_errors, store_rejects, rejects_table, rejects_scan, rejects_limit, rejects_line_size_limit, force_not_null, buffer_size, decimal_separator, parallel, null_padding, allow_quoted_nulls, column_types, dtypes, types, names, column_names, comment, encoding, strict_mode, thousands, files_to_sniff) → table
read_single_json_file(file, maximum_object_size, ignore_errors, format, compression, columns, auto_detect, geojson, sample_size, dateformat, date_format, timestampformat, timestamp_format, records, array, maximum_sample_files, maximum_depth, field_appearance_threshold, convert_strings_to_integers, map_inference_threshold) → table
read_single_parquet_file(file, binary_as_string, debug_use_openssl, compression, explicit_cardinality, encryption_config, parquet_version, can_have_nan, prefetch_strategy, utf8_validation, int96_as) → table
read_text(paths, allow_empty) → table
reduce(list, lambda, initial_value) → T
regexp_escape(string) → varchar
regexp_extract(string, regex, name_list, options) → varchar
regexp_extract_all(string, regex, name_list, options) → varchar[]
regexp_full_match(string, regex, options) → boolean
regexp_matches(string, regex, options) → boolean
regexp_replace(string, regex, replacement, options) → varchar
regexp_split_to_array(string, regex, options) → varchar[]
regexp_split_to_table(text, pattern) → value
register_external_resource(type, name, handle, uri, attached_db_type, deleter_function) → table
register_external_resource_type(name, kind, create_function, status_function, destroy_function, resolve_function, list_function) → table
regr_avgx(y, x) → double
regr_avgy(y, x) → double
regr_count(y, x) → uinteger
regr_intercept(y, x) → double
regr_r2(y, x) → double
regr_slope(y, x) → double
regr_sxx(y, x) → double
regr_sxy(y, x) → double
regr_syy(y, x) → double
remap_struct(input, target_type, mapping, defaults) → T
repeat(value, count) → T
repeat_row(num_rows) → table
replace(string, source, target) → varchar
replace_type(param, type1, type2) → T
reservoir_quantile(x, quantile, sample_size) → T
reverse(string) → varchar
right(string, count) → varchar
right_grapheme(string, count) → varchar
round(x, precision) → T
round_even(x, precision) → T
roundbankers(x, precision) → T
row() → tuple
row_number() → bigint
row_to_json() → json
rpad(string, count, character) → varchar
rtrim(string, characters) → varchar
second(ts) → bigint
sem(x) → double
seq_scan() → table
session_user() → value
set_bit(bitstring, index, new_value) → bit
setseed(seed) → "null"
setval(sequence_name, value, is_called) → bigint
sha1(value) → varchar
sha256(value) → varchar
shobj_description(object_oid, catalog_name) → value
sign(x) → tinyint
signbit(x) → boolean
sin(x) → double
sinh(x) → double
skewness(x) → double
sleep_ms(milliseconds) → "null"
sniff_csv(path, sep, delim, separator, delimiter, null, date_format, timestamp_format, quote, new_line, escape, nullstr, columns, auto_type_candidates, header, auto_detect, sample_size, all_varchar, dateformat, timestampformat, normalize_names, compression, skip, max_line_size, maximum_line_size, ignore_errors, store_rejects, rejects_table, rejects_scan, rejects_limit, rejects_line_size_limit, force_not_null, buffer_size, decimal_separator, parallel, null_padding, allow_quoted_nulls, column_types, dtypes, types, names, column_names, comment, encoding, strict_mode, thousands, files_to_sniff, filename, hive_partitioning, union_by_name, hive_types, hive_types_autocast, schema, file_row_number, column_statistics, allow_empty, force_match) → table
split(string, separator) → varchar[]
split_part(string, delimiter, position) → value
sqrt(x) → double
st_asbinary(geom) → blob
st_asgeojson(geom) → json
st_astext(geom) → varchar
st_aswkb(geom) → blob
st_aswkt(geom) → varchar
st_crs(geom) → varchar
st_geomfromgeojson(geojson) → geometry
st_geomfromwkb(wkb) → geometry
st_intersects_extent(geom1, geom2) → boolean
st_setcrs(geom, crs) → geometry
starts_with(string, search_string) → boolean
stats(expression) → variant
stddev(x) → double
stddev_pop(x) → double
stddev_samp(x) → double
str_split(string, separator) → varchar[]
str_split_regex(string, regex, options) → varchar[]
strftime(format, data) → varchar
string_agg(str, arg) → varchar
string_split(string, separator) → varchar[]
string_split_regex(string, regex, options) → varchar[]
string_to_array(string, separator) → varchar[]
strip_accents(string) → varchar
strlen(string) → bigint
strpos(string, search_string) → bigint
strptime(text, format-list) → timestamp
struct_concat() → struct
struct_contains(struct, entry) → boolean
struct_extract(tuple, index) → T
struct_extract_at(struct, index) → T
struct_has(struct, entry) → boolean
struct_indexof(struct, entry) → integer
struct_insert(struct) → struct
struct_keys(struct) → varchar[]
struct_pack() → struct
struct_position(struct, entry) → integer
struct_update(struct) → struct
struct_values(struct) → tuple
substr(string, start, length) → varchar
substring(string, start, length) → varchar
substring_grapheme(string, start, length) → varchar
subtract(left, right) → T
suffix(string, search_string) → boolean
sum(arg) → T
sum_no_overflow(arg) → T
sumkahan(arg) → double
summary(input) → table
switch(key, map, value) → v
tan(x) → double
tanh(x) → double
test_all_types(use_large_enum, use_large_bignum) → table
test_vector_types(column, all_flat) → table
time_bucket(bucket_width, timestamp, timezone) → T
timetz_byte_comparable(time_tz) → ubigint
timezone(timezone, timestamp) → T
timezone_hour(ts) → bigint
timezone_minute(ts) → bigint
to_aggregate_state(data, name, signature, constant_parameters, order_by) → T
to_base(number, radix, min_length) → varchar
to_base64(blob) → varchar
to_binary(value) → varchar
to_centuries(integer) → interval
to_days(integer) → interval
to_decades(integer) → interval
to_hex(value) → varchar
to_hours(integer) → interval
to_json() → json
to_microseconds(integer) → interval
to_millennia(integer) → interval
to_milliseconds(double) → interval
to_minutes(integer) → interval
to_months(integer) → interval
to_quarters(integer) → interval
to_seconds(double) → interval
to_timestamp(sec) → timestamp with time zone
to_weeks(integer) → interval
to_years(integer) → interval
today() → date
transaction_timestamp() → timestamp with time zone
translate(string, from, to) → varchar
trim(string, characters) → varchar
trunc(x, precision) → T
truncate_duckdb_logs() → table
try_strptime(text, format) → timestamp
txid_current() → ubigint
typeof(expression) → varchar
ucase(string) → varchar
unbin(value) → blob
unhex(value) → blob
unicode(string) → integer
union_extract(union, tag) → T
union_tag(union) → T
union_value() → union
unnest(list) → table
unpivot_list() → list
upper(string) → varchar
url_decode(string) → varchar
url_encode(string) → varchar
user() → value
uuid() → uuid
uuid_extract_timestamp(uuid) → timestamp with time zone
uuid_extract_version(uuid) → uinteger
uuidv4() → uuid
uuidv7() → uuid
var_pop(x) → double
var_samp(x) → double
variance(x) → double
variant_array_length(input_variant, path) → T
variant_bytes_to_variant(blob) → variant
variant_comparator(input_variant) → blob
variant_contains(variant_haystack, variant_needle) → boolean
variant_exists(input_variant, path) → T
variant_extract(input_variant, index) → variant
variant_extract_string(input_variant, path) → T
variant_group_array(x) → value
variant_group_object(key, value) → variant
variant_keys(input_variant, path) → T
variant_normalize(input_variant) → variant
variant_to_parquet_variant(variant) → T
variant_type(input_variant, path) → T
variant_typeof(input_variant) → varchar
vector_type(col) → varchar
version() → varchar
vertex_extract(geom, coordinate) → double
wavg(value, weight) → value
week(ts) → bigint
weekday(ts) → bigint
weekofyear(ts) → bigint
weighted_avg(value, weight) → value
which_secret(path, type) → table
write_log(string) → T
xor(left, right) → T
year(ts) → bigint
yearweek(ts) → bigint""".splitlines()
}
DUCKDB_KEYWORDS: tuple[str, ...] = tuple(
    """ALL ANALYSE ANALYZE AND ANY ARRAY AS ASC ASYMMETRIC BOTH CASE CAST CHECK COLLATE COLUMN CONSTRAINT CREATE DEFAULT DEFERRABLE DESC DESCRIBE DISTINCT DO ELSE END EXCEPT FALSE FETCH FOR FOREIGN FROM GROUP HAVING IN INITIALLY INTERSECT INTO LAMBDA LATERAL LEADING LIMIT NOT NULL OFFSET ON ONLY OR ORDER PIVOT PIVOT_LONGER PIVOT_WIDER PLACING PRIMARY QUALIFY REFERENCES RETURNING SELECT SHOW SOME SUMMARIZE SYMMETRIC TABLE THEN TO TRAILING TRUE UNION UNIQUE UNPIVOT USING VARIADIC WHEN WHERE WINDOW WITH""".split()
)
DUCKDB_TYPES: tuple[str, ...] = tuple(
    """\
array
bigint
bignum
bit
blob
boolean
date
decimal
double
enum
float
geometry
hugeint
integer
interval
list
map
smallint
struct
time
time with time zone
time_ns
timestamp
timestamp with time zone
timestamp_ms
timestamp_ns
timestamp_s
timestamptz_ns
tinyint
ubigint
uhugeint
uinteger
union
usmallint
utinyint
uuid
varchar
variant""".splitlines()
)
