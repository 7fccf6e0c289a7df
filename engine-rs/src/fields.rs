//! Fields of HTTP between the C side and the engine.

use crate::abi::{WeHeader, WeStr};
use crate::error::{Fault, Status};
use http::{HeaderMap, HeaderName, HeaderValue};
use smallvec::SmallVec;

pub fn bad(what: &str, bytes: &[u8]) -> Fault {
    let shown = bytes[..bytes.len().min(100)].escape_ascii();
    Fault::new(Status::BadRequest, format!("the request's {what} '{shown}' is not valid"))
}

/// For the C side; they borrow from `map`.
pub fn borrow(map: &HeaderMap) -> SmallVec<[WeHeader; 16]> {
    map.iter()
        .map(|(name, value)| WeHeader {
            name: WeStr::of(name.as_str().as_bytes()),
            value: WeStr::of(value.as_bytes()),
        })
        .collect()
}

/// Copies fields of the C side. Errors: BadRequest.
///
/// # Safety
/// `fields` are `count` of them.
pub unsafe fn copy(fields: *const WeHeader, count: usize) -> Result<HeaderMap, Fault> {
    let fields = match count {
        0 => &[],
        count => unsafe { std::slice::from_raw_parts(fields, count) },
    };
    let mut map = HeaderMap::new();
    for field in fields {
        let (name, value) = unsafe { (field.name.bytes(), field.value.bytes()) };
        let value = HeaderValue::from_bytes(value).map_err(|_| bad("value of header", name))?;
        let name = HeaderName::from_bytes(name).map_err(|_| bad("header name", name))?;
        let appended = map.try_append(name, value);
        appended.map_err(|_| Fault::new(Status::BadRequest, "the request has too many headers"))?;
    }
    Ok(map)
}
