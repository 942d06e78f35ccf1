"""Routes moto's Athena endpoint to our responses."""

from dataops_desktop.sandbox.athena.responses import DuckAthenaResponse

url_bases = [r"https?://athena\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": DuckAthenaResponse.dispatch}
