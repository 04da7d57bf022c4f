//! How a question is answered: with JSON, or with a sentence that says why not.

use http_body_util::{Either, Full};
use hyper::body::Bytes;
use hyper::{Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::capture::Captured;

/// An answer's body: whole, or a capture as it comes.
pub(super) type Body = Either<Full<Bytes>, Captured>;

/// A refusal, in one sentence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong and what to do.
    pub problem: String,
}

/// Why a question is not answered.
pub(super) struct Refused {
    status: StatusCode,
    sentence: String,
}

impl Refused {
    /// The question is not one.
    pub(super) fn malformed(why: impl ToString) -> Refused {
        Refused { status: StatusCode::BAD_REQUEST, sentence: why.to_string() }
    }

    /// What is asked about is not there.
    pub(super) fn not_found(why: impl ToString) -> Refused {
        Refused { status: StatusCode::NOT_FOUND, sentence: why.to_string() }
    }

    /// It went wrong here.
    pub(super) fn failed(why: impl ToString) -> Refused {
        Refused { status: StatusCode::INTERNAL_SERVER_ERROR, sentence: why.to_string() }
    }
}

/// Reads a question.
pub(super) fn question<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(Refused::malformed)
}

/// Answers with JSON.
pub(super) fn json<T: Serialize>(answer: Result<T, Refused>) -> Response<Body> {
    let text = answer.and_then(|value| serde_json::to_vec(&value).map_err(Refused::failed));
    text.map_or_else(refused, |text| Response::new(Either::Left(Full::new(Bytes::from(text)))))
}

/// Answers with a capture.
pub(super) fn stream(answer: Result<Captured, Refused>) -> Response<Body> {
    answer.map_or_else(refused, |captured| Response::new(Either::Right(captured)))
}

fn refused(refused: Refused) -> Response<Body> {
    let text = serde_json::to_vec(&Problem { problem: refused.sentence }).unwrap_or_default();
    let mut response = Response::new(Either::Left(Full::new(Bytes::from(text))));
    *response.status_mut() = refused.status;
    response
}
