"""Routes moto's Lake Formation endpoint to our responses."""

from moto.lakeformation.urls import url_bases as moto_bases
from moto.lakeformation.urls import url_paths as moto_paths

from dataops_desktop.sandbox.lakeformation.responses import SearchingLakeFormationResponse

url_bases = moto_bases
url_paths = {
    **dict.fromkeys(moto_paths, SearchingLakeFormationResponse.dispatch),
    "{0}/SearchTablesByLFTags$": SearchingLakeFormationResponse.dispatch,
}
