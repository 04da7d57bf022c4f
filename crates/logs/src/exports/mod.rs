//! Events of a log group go to a bucket: the tasks, and what they write. Who writes it is the server's.
//!
//! Follows "Exporting log data to Amazon S3" (Amazon CloudWatch Logs User Guide): compressed files for each stream, of lines that
//! begin with the event's time.
//!
//! | file | what |
//! |---|---|
//! | `tasks` | making, telling and cancelling tasks |
//! | `reader` | what a task writes, one object at a time |

mod reader;
pub(crate) mod tasks;

pub use reader::{ExportReader, ExportedObject};

/// What the object says that is written first.
pub const EXPORT_TEST: &[u8] = b"Permission Check Successful";

/// The key of what a task writes first, that begins as a request says.
pub(crate) fn test_key(prefix: Option<&str>) -> String {
    model::log_export::test_key(tasks::prefix(prefix))
}

/// What is said where a bucket's policy does not let the service do this.
pub fn not_granted(action: &str) -> String {
    format!(
        "{action} call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform \
         this operation."
    )
}
