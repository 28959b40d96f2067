//! The issuers that a caller may name.

use super::proof::Access;
use crate::domain::{Code, Error};
use crate::platform::auth::Permission;

impl<P: Permission> Access<P> {
    /// Returns the `iss` of the issuer that a caller names, or of the only configured one.
    ///
    /// # Errors
    /// 422 `unknown_issuer` when no issuer has the name, or several are configured and none is named.
    pub fn issuer(&self, named: Option<&str>) -> Result<String, Error> {
        let issuers = self.state.0.parts.tokens.issuers();
        let found = match (named, issuers) {
            (Some(named), issuers) => issuers.iter().find(|issuer| issuer.issuer == named),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        found.map(|issuer| issuer.issuer.clone()).ok_or_else(|| {
            let names: Vec<&str> = issuers.iter().map(|issuer| issuer.issuer.as_str()).collect();
            let detail = format!("Send `issuer`, the exact `iss` of the tokens: one of {}.", names.join(", "));
            Error::new(Code::UnknownIssuer, detail)
        })
    }
}
