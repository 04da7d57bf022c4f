//! What a browser's form says before its file: s3s does not tell what the file is called, and asks whose a key is before
//! anybody could see the token that belongs to it.
//!
//! Follows "HTML form fields" (POST Object, Amazon S3 API Reference).

use futures_util::StreamExt as _;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::Method;
use hyper::body::{Body as _, Bytes, Frame};
use hyper::header::CONTENT_TYPE;
use hyper::http::request::Parts;
use s3s::Body;

/// Bytes that are looked at: "the form data and boundaries (excluding the contents of the file) cannot exceed 20 KB", and the
/// head of the file's part.
const HEAD_MAX: usize = 24 << 10;
const TOKEN: &str = "x-amz-security-token";

/// What a form says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    /// The token of temporary credentials.
    pub(super) token: Option<String>,
    /// What the file is called, without the folders that some browsers put before it.
    pub(super) file: String,
}

/// Looks at what a form says, if it is one. The body is the same afterwards.
pub(super) async fn look(head: &Parts, mut body: Body) -> (Option<Form>, Body) {
    let Some(boundary) = boundary(head) else { return (None, body) };
    let (mut seen, mut form) = (Vec::new(), None);
    let mut frames: Vec<Result<Frame<Bytes>, _>> = Vec::new();
    while form.is_none() && seen.len() < HEAD_MAX {
        let Some(frame) = body.frame().await else { break };
        if let Ok(Some(data)) = frame.as_ref().map(|it| it.data_ref()) {
            seen.extend_from_slice(&data[..data.len().min(HEAD_MAX - seen.len())]);
        }
        let is_broken = frame.is_err();
        frames.push(frame);
        if is_broken {
            break;
        }
        form = read(&seen, &boundary);
    }
    let rest = match body.is_end_stream() {
        true => stream::empty().boxed(),
        false => body.into_data_stream().map(|it| it.map(Frame::data)).boxed(),
    };
    let whole = StreamBody::new(stream::iter(frames).chain(rest));
    (form, Body::http_body_unsync(whole))
}

/// What separates the parts of a form.
fn boundary(head: &Parts) -> Option<String> {
    let kind = head.headers.get(CONTENT_TYPE)?.to_str().ok().filter(|_| head.method == Method::POST)?;
    let (kind, parameters) = kind.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let pairs = parameters.split(';').filter_map(|it| it.split_once('='));
    let (_, boundary) = pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    Some(boundary.trim().trim_matches('"').to_owned()).filter(|it| !it.is_empty())
}

/// Reads the parts before the file; `None` while the head of the file's part is not there.
fn read(seen: &[u8], boundary: &str) -> Option<Form> {
    let (line, next) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}"));
    let mut rest = &seen[find(seen, line.as_bytes())? + line.len()..];
    let mut form = Form::default();
    loop {
        let end = find(rest, b"\r\n\r\n")?;
        let disposition = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 4..];
        let name = parameter(&disposition, "name").unwrap_or_default();
        if name.eq_ignore_ascii_case("file") {
            form.file = parameter(&disposition, "filename").map(without_folders).unwrap_or_default();
            return Some(form);
        }
        let end = find(rest, next.as_bytes())?;
        if name.eq_ignore_ascii_case(TOKEN) {
            form.token = Some(String::from_utf8_lossy(&rest[..end]).into_owned());
        }
        rest = rest[end + next.len()..].strip_prefix(b"\r\n")?;
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|it| it == wanted)
}

/// A parameter of `Content-Disposition`, in quotes or not.
fn parameter(headers: &str, name: &str) -> Option<String> {
    let line = headers.lines().find(|it| it.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let after = line.split(';').skip(1).find_map(|it| {
        let (key, value) = it.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then_some(value)
    })?;
    match after.trim().strip_prefix('"') {
        // A `;` in quotes is no separator: what is in them is read from the line itself.
        Some(_) => {
            let begin = format!("{name}=\"");
            let at = line
                .match_indices(&begin)
                .find(|(at, _)| !line[..*at].ends_with(|it: char| it.is_alphanumeric()));
            let (at, _) = at?;
            line[at + begin.len()..].split('"').next().map(str::to_owned)
        }
        None => Some(after.trim().to_owned()),
    }
}

/// "If the browser provides the path to the file, … only the text following the last slash or backslash is used."
fn without_folders(name: String) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(file: &str) -> String {
        let part = |name: &str, value: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let head = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"{file}\r\nContent-Type: text/plain\r\n\r\n"
        );
        format!(
            "{}{}{head}bytes\r\n--x--\r\n",
            part("key", "in/${filename}"),
            part("X-Amz-Security-Token", "to/k=n")
        )
    }

    #[test]
    fn the_token_and_the_name_of_the_file_are_read_before_the_file_is_there() {
        let text = written("; filename=\"C:\\folder\\a;b.txt\"");
        let form = Form { token: Some("to/k=n".to_owned()), file: "a;b.txt".to_owned() };
        assert_eq!(read(text.as_bytes(), "x"), Some(form.clone()));
        let before = text.find("bytes").unwrap();
        assert_eq!(read(&text.as_bytes()[..before], "x"), Some(form));
        for end in 0..before {
            assert_eq!(read(&text.as_bytes()[..end], "x"), None, "{end}");
        }
        assert_eq!(read(written("").as_bytes(), "x").unwrap().file, "");
        assert_eq!(read(b"--x--\r\n", "x"), None);
    }

    #[tokio::test]
    async fn the_body_is_the_same_afterwards() {
        let text = written("; filename=a.txt");
        let head = |kind: &str| {
            let request =
                hyper::Request::builder().method("POST").header("content-type", kind).body(()).unwrap();
            request.into_parts().0
        };
        for (kind, file) in [("multipart/form-data; boundary=\"x\"", Some("a.txt")), ("text/plain", None)] {
            let chunks: Vec<_> = text.as_bytes().chunks(7).map(Bytes::copy_from_slice).collect();
            let chunks = stream::iter(chunks.into_iter().map(|it| Ok::<_, std::io::Error>(Frame::data(it))));
            let body = Body::http_body_unsync(StreamBody::new(chunks));
            let (form, body) = look(&head(kind), body).await;
            assert_eq!(form.map(|it| it.file).as_deref(), file);
            assert_eq!(BodyExt::collect(body).await.unwrap().to_bytes(), text.as_bytes());
        }
        let endless = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".to_owned()
            + &"a".repeat(2 * HEAD_MAX);
        let (form, body) = look(&head("multipart/form-data; boundary=x"), Body::from(endless.clone())).await;
        assert_eq!((form, BodyExt::collect(body).await.unwrap().to_bytes().len()), (None, endless.len()));
    }
}
