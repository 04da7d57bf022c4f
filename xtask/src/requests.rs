//! What `cargo xtask tidy` asks of actions: that each says what it does with every member of its request.
//!
//! A request is taken apart by a pattern that names all of its members, so that the compiler asks about one that AWS adds:
//! it is done, refused, or left with a word why. A member that nobody looks at would be accepted in silence.

/// The requests of a service that no pattern takes apart whole, by the text of its shapes and that of its actions.
pub(crate) fn accepted_in_silence<'a>(shapes: &'a str, actions: &str) -> Vec<&'a str> {
    let code: String = actions.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let types =
        shapes.lines().filter_map(|line| line.trim().strip_prefix("type Request = ")?.strip_suffix(';'));
    types.filter(|request| *request != "()" && !is_taken_apart(&code, request)).collect()
}

/// Whether there is a pattern for all of the request: `let Name { a, b } = …` or `Name { a, b }: Name`.
fn is_taken_apart(code: &str, request: &str) -> bool {
    code.match_indices(request).any(|(at, _)| {
        let is_whole_word = !code[..at].ends_with(|last: char| last.is_alphanumeric() || last == '_');
        let members = code[at + request.len()..].trim_start().strip_prefix('{');
        let Some((members, after)) = members.and_then(|rest| rest.split_once('}')) else { return false };
        let is_pattern = after.trim_start().starts_with(['=', ':']);
        is_whole_word && is_pattern && !members.contains("..")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: &str = "    type Request = StopRequest;\n    type Request = ();\n";

    #[test]
    fn a_request_is_taken_apart_by_a_pattern_in_either_place() {
        for code in [
            "    let StopRequest {\n        force: _,\n        ids,\n    } =\n        request;\n",
            "fn stop(StopRequest {}: StopRequest) {}",
        ] {
            assert_eq!(accepted_in_silence(SHAPES, code), [""; 0], "{code}");
        }
    }

    #[test]
    fn a_request_with_members_that_nobody_looks_at_is_found() {
        for code in [
            "fn stop(request: StopRequest) { request.ids }",
            "let StopRequest { ids, .. } = request;",
            "// let StopRequest { ids } = request;",
            "let NonStopRequest { ids } = request;",
            "send(StopRequest { ids });",
        ] {
            assert_eq!(accepted_in_silence(SHAPES, code), ["StopRequest"], "{code}");
        }
    }
}
