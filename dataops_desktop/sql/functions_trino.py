"""Functions of Athena engine version 3, which follows Trino's (docs.aws.amazon.com/athena/latest/ug/functions-env3.html).

One function a line: `name(arguments) → result`. A result of `T` is the type of the first argument.
"""

from __future__ import annotations

_LINES = """
abs(x) → T
acos(x) → double
all_match(array, element -> boolean) → boolean
any_match(array, element -> boolean) → boolean
any_value(x) → T
approx_distinct(x) → bigint
approx_most_frequent(buckets, value, capacity) → map
approx_percentile(x, percentage) → T
approx_set(x) → hyperloglog
arbitrary(x) → T
array_agg(x) → array
array_distinct(array) → T
array_except(x, y) → T
array_intersect(x, y) → T
array_join(array, delimiter, null_replacement) → varchar
array_max(array) → element
array_min(array) → element
array_position(array, element) → bigint
array_remove(array, element) → T
array_sort(array, function) → T
array_union(x, y) → T
arrays_overlap(x, y) → boolean
asin(x) → double
at_timezone(timestamp, zone) → timestamp with time zone
atan(x) → double
atan2(y, x) → double
avg(x) → double
bar(x, width) → varchar
bing_tile(x, y, zoom_level) → bingtile
bit_count(x, bits) → bigint
bitwise_and(x, y) → bigint
bitwise_and_agg(x) → bigint
bitwise_left_shift(value, shift) → T
bitwise_not(x) → bigint
bitwise_or(x, y) → bigint
bitwise_or_agg(x) → bigint
bitwise_right_shift(value, shift) → T
bitwise_xor(x, y) → bigint
bool_and(boolean) → boolean
bool_or(boolean) → boolean
cardinality(array or map) → bigint
cbrt(x) → double
ceil(x) → T
ceiling(x) → T
char_length(string) → bigint
character_length(string) → bigint
checksum(x) → varbinary
chr(n) → varchar
classify(features, model) → varchar
coalesce(value, …) → T
codepoint(string) → integer
color(name) → color
combinations(array, n) → array
concat(string, …) → varchar
concat_ws(separator, string, …) → varchar
contains(array, element) → boolean
contains_sequence(x, seq) → boolean
corr(y, x) → double
cos(x) → double
cosh(x) → double
cosine_similarity(x, y) → double
count(*) → bigint
count_if(boolean) → bigint
covar_pop(y, x) → double
covar_samp(y, x) → double
crc32(binary) → bigint
cume_dist() → double
current_timezone() → varchar
date(x) → date
date_add(unit, value, timestamp) → timestamp
date_diff(unit, timestamp1, timestamp2) → bigint
date_format(timestamp, format) → varchar
date_parse(string, format) → timestamp
date_trunc(unit, x) → timestamp
day(x) → bigint
day_of_month(x) → bigint
day_of_week(x) → bigint
day_of_year(x) → bigint
degrees(x) → double
dense_rank() → bigint
dow(x) → bigint
doy(x) → bigint
e() → double
element_at(array or map, key) → value
empty_approx_set() → hyperloglog
ends_with(string, suffix) → boolean
evaluate_classifier_predictions(x, y) → varchar
every(boolean) → boolean
exp(x) → double
features(double, …) → map
filter(array, element -> boolean) → T
first_value(x) → T
flatten(array) → array
floor(x) → T
format(format, args…) → varchar
format_datetime(timestamp, format) → varchar
format_number(number) → varchar
from_base(string, radix) → bigint
from_base32(string) → varbinary
from_base64(string) → varbinary
from_base64url(string) → varbinary
from_big_endian_32(binary) → integer
from_big_endian_64(binary) → bigint
from_encoded_polyline(string) → geometry
from_geojson_geometry(json) → sphericalgeography
from_hex(string) → varbinary
from_ieee754_32(binary) → real
from_ieee754_64(binary) → double
from_iso8601_date(string) → date
from_iso8601_timestamp(string) → timestamp with time zone
from_iso8601_timestamp_nanos(string) → timestamp with time zone
from_unixtime(seconds, zone) → timestamp with time zone
from_unixtime_nanos(nanoseconds) → timestamp with time zone
from_utf8(binary) → varchar
geometric_mean(x) → double
geometry_from_hadoop_shape(binary) → geometry
geometry_invalid_reason(geometry) → varchar
geometry_nearest_points(geometry1, geometry2) → row
geometry_to_bing_tiles(geometry, zoom_level) → array
geometry_union(array) → geometry
geometry_union_agg(geometry) → geometry
great_circle_distance(latitude1, longitude1, latitude2, longitude2) → double
greatest(value, …) → T
grouping(column, …) → bigint
hamming_distance(string1, string2) → bigint
hash_counts(x) → map
histogram(x) → map
hmac_md5(binary, key) → varbinary
hmac_sha1(binary, key) → varbinary
hmac_sha256(binary, key) → varbinary
hmac_sha512(binary, key) → varbinary
hour(x) → bigint
human_readable_seconds(double) → varchar
if(condition, true_value, false_value) → value
index(string, substring) → bigint
infinity() → double
intersection_cardinality(x, y) → bigint
inverse_beta_cdf(a, b, p) → double
inverse_normal_cdf(mean, sd, p) → double
is_finite(x) → boolean
is_infinite(x) → boolean
is_json_scalar(json) → boolean
is_nan(x) → boolean
jaccard_index(x, y) → double
json_array_contains(json, value) → boolean
json_array_get(json, index) → json
json_array_length(json) → bigint
json_exists(json, path) → boolean
json_extract(json, path) → json
json_extract_scalar(json, path) → varchar
json_format(json) → varchar
json_parse(string) → json
json_query(json, path) → varchar
json_size(json, path) → bigint
json_value(json, path) → varchar
kurtosis(x) → double
lag(x, offset, default) → T
last_day_of_month(x) → date
last_value(x) → T
lead(x, offset, default) → T
least(value, …) → T
length(string) → bigint
levenshtein_distance(string1, string2) → bigint
line_interpolate_point(line, fraction) → geometry
line_locate_point(line, point) → double
listagg(x, separator) → varchar
ln(x) → double
localtime → time
localtimestamp → timestamp
log(base, x) → double
log10(x) → double
log2(x) → double
lower(string) → varchar
lpad(string, size, padding) → varchar
ltrim(string) → varchar
luhn_check(string) → boolean
make_set_digest(x) → setdigest
map(array, array) → map
map_agg(key, value) → map
map_concat(map, …) → T
map_entries(map) → array
map_filter(map, (key, value) -> boolean) → T
map_from_entries(array) → map
map_keys(map) → array
map_union(map) → T
map_values(map) → array
map_zip_with(map, map, function) → map
max(x) → T
max_by(x, y) → T
md5(binary) → varbinary
merge(x) → T
millisecond(x) → bigint
min(x) → T
min_by(x, y) → T
minute(x) → bigint
mod(n, m) → T
month(x) → bigint
multimap_agg(key, value) → map
multimap_from_entries(array) → map
murmur3(binary) → varbinary
nan() → double
ngrams(array, n) → array
none_match(array, element -> boolean) → boolean
normal_cdf(mean, sd, v) → double
normalize(string, form) → varchar
now() → timestamp with time zone
nth_value(x, offset) → T
ntile(n) → bigint
nullif(value1, value2) → T
numeric_histogram(buckets, value) → map
objectid_timestamp(objectid) → timestamp with time zone
parse_datetime(string, format) → timestamp with time zone
parse_duration(string) → interval day to second
parse_presto_data_size(string) → decimal(38,0)
percent_rank() → double
pi() → double
position(substring IN string) → bigint
pow(x, p) → double
power(x, p) → double
qdigest_agg(x) → qdigest
quarter(x) → bigint
radians(x) → double
rand() → double
random(m, n) → double
rank() → bigint
reduce(array, initial, input_function, output_function) → value
reduce_agg(value, initial, input_function, combine_function) → value
regexp_count(string, pattern) → bigint
regexp_extract(string, pattern, group) → varchar
regexp_extract_all(string, pattern, group) → array(varchar)
regexp_like(string, pattern) → boolean
regexp_position(string, pattern, start) → integer
regexp_replace(string, pattern, replacement) → varchar
regexp_split(string, pattern) → array(varchar)
regr_intercept(y, x) → double
regr_slope(y, x) → double
render(x, color) → varchar
repeat(element, count) → array
replace(string, search, replacement) → varchar
reverse(x) → T
rgb(red, green, blue) → color
round(x, d) → T
row_number() → bigint
rpad(string, size, padding) → varchar
rtrim(string) → varchar
second(x) → bigint
sequence(start, stop, step) → array
sha1(binary) → varbinary
sha256(binary) → varbinary
sha512(binary) → varbinary
shuffle(array) → T
sign(x) → T
simplify_geometry(geometry, tolerance) → geometry
sin(x) → double
sinh(x) → double
skewness(x) → double
slice(array, start, length) → T
soundex(string) → varchar
spatial_partitioning(geometry) → varchar
split(string, delimiter, limit) → array(varchar)
split_part(string, delimiter, index) → varchar
split_to_map(string, entry_delimiter, key_delimiter) → map
split_to_multimap(string, entry_delimiter, key_delimiter) → map
spooky_hash_v2_32(binary) → varbinary
spooky_hash_v2_64(binary) → varbinary
sqrt(x) → double
st_area(geometry) → double
st_asbinary(geometry) → varbinary
st_astext(geometry) → varchar
st_boundary(geometry) → geometry
st_buffer(geometry, distance) → geometry
st_centroid(geometry) → geometry
st_contains(geometry1, geometry2) → boolean
st_convexhull(geometry) → geometry
st_crosses(geometry1, geometry2) → boolean
st_difference(geometry1, geometry2) → geometry
st_disjoint(geometry1, geometry2) → boolean
st_distance(geometry1, geometry2) → double
st_envelope(geometry) → geometry
st_equals(geometry1, geometry2) → boolean
st_geometryfromtext(text) → geometry
st_geometrytype(geometry) → varchar
st_geomfrombinary(binary) → geometry
st_intersection(geometry1, geometry2) → geometry
st_intersects(geometry1, geometry2) → boolean
st_isempty(geometry) → boolean
st_isvalid(geometry) → boolean
st_length(geometry) → double
st_linestring(points) → geometry
st_overlaps(geometry1, geometry2) → boolean
st_point(longitude, latitude) → geometry
st_polygon(text) → geometry
st_relate(geometry1, geometry2, relation) → boolean
st_touches(geometry1, geometry2) → boolean
st_union(geometry1, geometry2) → geometry
st_within(geometry1, geometry2) → boolean
st_x(point) → double
st_y(point) → double
starts_with(string, prefix) → boolean
stddev(x) → double
stddev_pop(x) → double
stddev_samp(x) → double
strpos(string, substring, instance) → bigint
strrpos(string, substring, instance) → bigint
substr(string, start, length) → varchar
substring(string, start, length) → varchar
sum(x) → T
tan(x) → double
tanh(x) → double
tdigest_agg(x) → tdigest
timezone_hour(timestamp) → bigint
timezone_minute(timestamp) → bigint
to_base(x, radix) → varchar
to_base32(binary) → varchar
to_base64(binary) → varchar
to_base64url(binary) → varchar
to_big_endian_32(integer) → varbinary
to_big_endian_64(bigint) → varbinary
to_geojson_geometry(sphericalgeography) → varchar
to_geometry(sphericalgeography) → geometry
to_hex(binary) → varchar
to_ieee754_32(real) → varbinary
to_ieee754_64(double) → varbinary
to_iso8601(x) → varchar
to_milliseconds(interval) → bigint
to_spherical_geography(geometry) → sphericalgeography
to_unixtime(timestamp) → double
to_utf8(string) → varbinary
transform(array, function) → array
transform_keys(map, function) → map
transform_values(map, function) → map
translate(source, from, to) → varchar
trim(string) → varchar
trim_array(array, n) → T
truncate(x, n) → T
try(expression) → T
typeof(x) → varchar
upper(string) → varchar
url_decode(value) → varchar
url_encode(value) → varchar
url_extract_fragment(url) → varchar
url_extract_host(url) → varchar
url_extract_parameter(url, name) → varchar
url_extract_path(url) → varchar
url_extract_port(url) → bigint
url_extract_protocol(url) → varchar
url_extract_query(url) → varchar
uuid() → uuid
value_at_quantile(digest, quantile) → double
values_at_quantiles(digest, quantiles) → array(double)
var_pop(x) → double
var_samp(x) → double
variance(x) → double
week(x) → bigint
week_of_year(x) → bigint
width_bucket(x, bound1, bound2, n) → bigint
wilson_interval_lower(successes, trials, z) → double
wilson_interval_upper(successes, trials, z) → double
with_timezone(timestamp, zone) → timestamp with time zone
word_stem(word, language) → varchar
xxhash64(binary) → varbinary
year(x) → bigint
year_of_week(x) → bigint
yow(x) → bigint
zip(array1, array2, …) → array
zip_with(array1, array2, function) → array
"""

# name → `name(arguments) → result`
TRINO_FUNCTIONS: dict[str, str] = {
    line.split("(")[0].split(" ")[0]: line for line in _LINES.strip().splitlines()
}
AGGREGATES = frozenset(
    """any_value approx_distinct approx_most_frequent approx_percentile approx_set arbitrary array_agg avg bitwise_and_agg
    bitwise_or_agg bool_and bool_or checksum corr count count_if covar_pop covar_samp every geometric_mean geometry_union_agg
    histogram kurtosis listagg map_agg map_union max max_by merge min min_by multimap_agg numeric_histogram reduce_agg
    regr_intercept regr_slope skewness stddev stddev_pop stddev_samp sum tdigest_agg var_pop var_samp variance""".split()
)
