//! The description of `Idempotency-Key`.

use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use super::describe::Op;
use crate::domain::Code;

const KEY_OF_A_WRITE: &str = "A key of your choice, 8 to 255 visible ASCII characters. If you repeat a request with \
                              its key within 24 hours, the service does nothing twice. The response then has \
                              `Idempotent-Replayed: true`, and shows the resource as you may see it at that time.";

const KEY_OF_A_READ: &str = "Accepted and ignored, because this operation changes nothing.";

/// Describes the header of a `POST` that needs a token. A read accepts and ignores it.
pub fn describe_key(op: &mut Op<'_>, writes: bool) {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(8))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"));
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(if writes { KEY_OF_A_WRITE } else { KEY_OF_A_READ }))
        .schema(Some(key));
    op.parameter(parameter.build());
    op.code(Code::InvalidHeader);
    if writes {
        op.code(Code::KeyInUse);
        op.code(Code::KeyReused);
    }
}
