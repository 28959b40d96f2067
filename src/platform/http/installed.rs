//! What the framework keeps for the answers of every request. The types are private to `platform`, so that no handler can
//! ask for them.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::ServiceConfig;

use super::budget::Budget;
use crate::domain::Identity;

struct Installed {
    identity: Arc<Identity>,
    sending: Budget,
}

/// Installs the service's own name, which its pages show, and the budget of answers that wait to be sent.
pub fn install(identity: Arc<Identity>, sending: Budget, config: &mut ServiceConfig) {
    config.app_data(Installed { identity, sending });
}

/// The service as it names itself; `None` where nothing is installed.
pub(super) fn identity_of(request: &HttpRequest) -> Option<Arc<Identity>> {
    request.app_data::<Installed>().map(|installed| installed.identity.clone())
}

/// The budget of answers that wait to be sent; `None` where nothing is installed.
pub(super) fn sending_of(request: &HttpRequest) -> Option<&Budget> {
    request.app_data::<Installed>().map(|installed| &installed.sending)
}
