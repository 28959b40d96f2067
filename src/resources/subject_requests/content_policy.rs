//! The content security policy of the pages that are documents of their own: letters and packages.

/// What a document of ours may do in a browser that prints it: nothing is loaded from anywhere, and nothing runs.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
