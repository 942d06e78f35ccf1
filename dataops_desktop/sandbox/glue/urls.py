"""Routes moto's Glue endpoint to our responses."""

from dataops_desktop.sandbox.glue.responses import LivingGlueResponse

url_bases = [r"https?://glue\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": LivingGlueResponse.dispatch}
