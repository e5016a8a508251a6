//! What the header lines of a response say about its bytes.

use ureq::http::{HeaderMap, header};

use super::error::RequestError;

/// Refuses bytes that are packed in some way, which nobody asked for.
pub(super) fn check_plain(headers: &HeaderMap) -> Result<(), RequestError> {
    match text(headers, &header::CONTENT_ENCODING) {
        None | Some("identity") => Ok(()),
        Some(_) => Err(RequestError::Nonsense("it is compressed, which was not asked for".to_owned())),
    }
}

/// What the server calls this content. A weak tag promises nothing about bytes, and a very long one is not trusted: both
/// count as none.
pub(super) fn tag(headers: &HeaderMap) -> Option<&str> {
    text(headers, &header::ETAG).filter(|tag| !tag.is_empty() && !tag.starts_with("W/") && tag.len() < 200)
}

/// Start and total of `bytes START-END/TOTAL`; the total may be unknown.
pub(super) fn range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let (range, total) = text(headers, &header::CONTENT_RANGE)?.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, if total == "*" { None } else { Some(total.trim().parse().ok()?) }))
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        let range = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_RANGE, value.parse().unwrap());
            range(&headers)
        };
        assert_eq!(range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(range("bytes 0-0/*"), Some((0, None)));
        for nonsense in ["", "bytes", "bytes */10", "bytes -5/10", "items 0-1/2", "bytes 1-2", "bytes 1-2/x"] {
            assert_eq!(range(nonsense), None, "{nonsense}");
        }
    }
}
