//! What services keep beside the state: messages of queues, events of logs. It is too much, or changes too often, to be in
//! every snapshot, and has stores of its own.

use crate::error::AwsError;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

/// All that is kept, each of a type of its own, which the actions that use it name.
#[derive(Clone, Default)]
pub struct Beside(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Beside {
    /// The same with one more.
    #[must_use]
    pub fn with<K: Send + Sync + 'static>(mut self, kept: Arc<K>) -> Self {
        self.0.insert(TypeId::of::<K>(), kept);
        self
    }

    /// What is kept of this type; an error of the service where its store could not be opened.
    pub fn get<K: Send + Sync + 'static>(&self) -> Result<Arc<K>, AwsError> {
        let kept = self.0.get(&TypeId::of::<K>()).cloned();
        kept.and_then(|kept| kept.downcast().ok()).ok_or_else(|| {
            let sentence = "What this service keeps could not be opened; the log says why.";
            AwsError::new("ServiceUnavailable", sentence).with_status(503)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_type_and_none_is_an_error() {
        let beside = Beside::default().with(Arc::new(7_u8)).with(Arc::new("seven".to_owned()));
        assert_eq!((*beside.get::<u8>().unwrap(), beside.get::<String>().unwrap().as_str()), (7, "seven"));
        let missing = beside.get::<u16>().unwrap_err();
        assert_eq!((&*missing.code, missing.status), ("ServiceUnavailable", 503));
    }
}
