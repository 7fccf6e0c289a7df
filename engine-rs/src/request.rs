//! From the C request to the one wasi:http hands to the guest.

use crate::abi::{self, WeHeader, WeStr};
use crate::error::Fault;
use crate::fields::{self, bad};
use crate::value::WeBody;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, Request, Uri};
use http_body_util::{BodyExt, Empty};
use wasmtime_wasi_http::WasiBody;

#[repr(C)]
pub struct WeHttpRequest {
    pub size: usize,
    pub method: WeStr,
    pub scheme: WeStr,
    pub authority: WeStr,
    pub path_with_query: WeStr,
    pub headers: *const WeHeader,
    pub header_count: usize,
    pub body: *const WeBody,
}
const _: () = assert!(size_of::<WeHttpRequest>() == 96);
unsafe impl abi::Sized for WeHttpRequest {
    const NAME: &'static str = "we_http_request";
}

fn uri_of(scheme: &[u8], authority: &[u8], path: &[u8]) -> Result<Uri, Fault> {
    let mut parts = http::uri::Parts::default();
    parts.scheme = match scheme {
        b"http" => Some(Scheme::HTTP),
        b"https" => Some(Scheme::HTTPS),
        _ => return Err(bad("scheme", scheme)),
    };
    parts.authority =
        Some(Authority::try_from(authority).map_err(|_| bad("authority", authority))?);
    parts.path_and_query = Some(PathAndQuery::try_from(path).map_err(|_| bad("path", path))?);
    Uri::from_parts(parts).map_err(|_| bad("path", path))
}

/// Copies the head.
///
/// # Safety
/// The pointers of `raw` are as the header says.
unsafe fn head_of(raw: &WeHttpRequest) -> Result<Request<()>, Fault> {
    let method = unsafe { raw.method.bytes() };
    let uri =
        unsafe { uri_of(raw.scheme.bytes(), raw.authority.bytes(), raw.path_with_query.bytes()) }?;
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method).map_err(|_| bad("method", method))?;
    *request.uri_mut() = uri;
    *request.headers_mut() = unsafe { fields::copy(raw.headers, raw.header_count) }?;
    Ok(request)
}

/// Takes the request over, with the reading end of its body.
///
/// # Safety
/// The pointers of `raw` are as the header says.
pub unsafe fn request_of(raw: &WeHttpRequest) -> Result<Request<WasiBody>, Fault> {
    let head = unsafe { head_of(raw) }?;
    let body = match unsafe { raw.body.as_ref() } {
        Some(body) => body.take_reader()?.boxed_unsync(),
        None => Empty::new().map_err(Into::into).boxed_unsync(),
    };
    Ok(head.map(|()| body))
}
