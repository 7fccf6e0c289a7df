//! Empty: the manifest beside it names crates to fetch.
