"""What a reader is told where nothing is. The same for every address, so that it tells nothing."""

from urllib.parse import urlsplit

from markupsafe import Markup

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import project_uri
from mkdocs_advisories.render.slugs import project_slug
from mkdocs_advisories.render.templating import render

_MOST_PROJECTS = 20


def missing(*, policy: Policy, index_uri: str) -> Markup:
    """Render it with addresses that begin at the host: it is shown at every depth."""
    projects = [(one.name, project_uri(project_slug(one.name, policy))) for one in policy.projects]
    return render(
        "missing.html",
        language=policy.language,
        root=urlsplit(policy.site_url).path,
        index_uri=index_uri,
        projects=projects[:_MOST_PROJECTS],
        feed_uri=policy.feed.uri,
    )
