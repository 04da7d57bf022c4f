//! Generated shapes into what `awsproto` checks: filters and tags.

use crate::shapes;
use awsproto::tags::Specification;

impl From<shapes::Filter> for awsproto::Filter {
    fn from(filter: shapes::Filter) -> Self {
        awsproto::Filter { name: filter.name, values: filter.values }
    }
}

impl From<shapes::TagSpecification> for Specification {
    fn from(specification: shapes::TagSpecification) -> Self {
        let tags = specification.tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
        Specification { resource_type: specification.resource_type, tags }
    }
}
