"""CKAN's datasets as DCAT: what ckanext-dcat asks a profile for, answered by the writer that the embedded catalogue uses.

ckanext-dcat's own profile takes CKAN's fields as they are: then a checksum carries `sha256:` inside, format and frequency are
words where DCAT-AP wants addresses, and files of withdrawn editions are still listed.
"""

from ckanext.dcat.profiles import RDFProfile
from ckanext.dcat.utils import catalog_uri
from ckanext.mingjing.linked.dcat import add_catalogue, add_dataset, bind_prefixes
from ckantoolkit import config
from rdflib import URIRef


class Profile(RDFProfile):
    """`ckanext.dcat.rdf.profiles = mingjing`. Reading DCAT of others is left to ckanext-dcat's own profiles."""

    def graph_from_dataset(self, dataset_dict: dict, dataset_ref: URIRef) -> None:
        """Add a dataset to the graph."""
        bind_prefixes(self.g)
        add_dataset(self.g, dataset_ref, dataset_dict, _site())

    def graph_from_catalog(self, catalog_dict: dict | None, catalog_ref: URIRef) -> None:
        """Add the portal to the graph, under the title it is given or that of its settings."""
        bind_prefixes(self.g)
        title = (catalog_dict or {}).get("title") or config.get("ckan.site_title") or "CKAN"
        language = config.get("ckan.locale_default", "en")[:2]
        add_catalogue(self.g, catalog_ref, _site(), {language: title})


def _site() -> str:
    return catalog_uri().rstrip("/")
