"""A request of a REST service, which is more than a body: `path` has the query string, too."""

import collections

Rest = collections.namedtuple("Rest", "method path body")
