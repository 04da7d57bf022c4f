//! What a page and a terminal say to each other: bytes in binary messages, everything else as JSON in text.

use serde::{Deserialize, Serialize};

use super::shell::Size;

/// What the page says.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub(super) enum FromPage {
    /// A shell in an instance.
    Open {
        region: String,
        instance: String,
        user: String,
        #[serde(flatten)]
        size: Size,
    },
    /// The shell that it had, from the byte on that it has not got yet.
    Resume {
        terminal: String,
        from: u64,
        #[serde(flatten)]
        size: Size,
    },
    /// The key was pushed to the instance.
    Pushed,
    /// The terminal has another size.
    Resize {
        #[serde(flatten)]
        size: Size,
    },
    /// So many bytes, of all that were sent, are on the screen.
    Taken { bytes: u64 },
}

/// What it is told.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "camelCase")]
pub(super) enum ToPage {
    /// The public half of the key, to be pushed.
    #[serde(rename_all = "camelCase")]
    Key { public_key: String },
    /// The shell is there, under this name.
    Opened { terminal: String },
    /// What follows begins with this byte.
    Resumed { from: u64 },
    /// There is no shell.
    Failed { why: Why },
    /// The shell has ended.
    Ended { why: Ended },
}

/// Why there is no shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Why {
    /// No such instance.
    NoInstance,
    /// It does not run.
    NotRunning,
    /// It has no public address.
    NoAddress,
    /// Nothing answers there, or something on the way does not let it through.
    Unreachable,
    /// It does not take the key: there is no such user, or the key was not pushed.
    Refused,
    /// The terminal has ended, or was left alone for too long.
    Gone,
    /// There are as many terminals as there may be.
    TooMany,
    /// This Hamlet has no machines, is not ready, or the Region has no EC2 Instance Connect.
    NotThere,
}

/// Why a shell has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Ended {
    /// By itself.
    Exited,
    /// The connection to the instance has broken.
    Broken,
    /// Whoever had it has signed out.
    SignedOut,
    /// Another page has it now.
    Elsewhere,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_it_wants_in_json() {
        let open =
            r#"{"is":"open","region":"us-east-1","instance":"i-1","user":"ec2-user","columns":80,"rows":24}"#;
        let size = Size { columns: 80, rows: 24 };
        assert_eq!(
            serde_json::from_str::<FromPage>(open).unwrap(),
            FromPage::Open {
                region: "us-east-1".into(),
                instance: "i-1".into(),
                user: "ec2-user".into(),
                size
            }
        );
        assert!(serde_json::from_str::<FromPage>(r#"{"is":"format"}"#).is_err());
        assert!(serde_json::from_str::<FromPage>(r#"{"is":"resize","columns":-1,"rows":24}"#).is_err());
        let told = serde_json::to_string(&ToPage::Failed { why: Why::NoAddress }).unwrap();
        assert_eq!(told, r#"{"is":"failed","why":"noAddress"}"#);
    }
}
