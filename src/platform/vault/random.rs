//! Unpredictable bytes from the operating system, through the library's own generator.

use std::io::Write;

use crate::domain::Entropy;

/// The source of every key and nonce of a running service.
///
/// Should the generator fail, the process ends there and then: a service that goes on with bytes that
/// can be guessed would break every promise it makes, and no caller could do anything better.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if aws_lc_rs::rand::fill(bytes).is_err() {
            let _ = writeln!(std::io::stderr(), "iewm: the system's random generator failed; cannot continue safely");
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        SystemEntropy.fill(&mut one);
        SystemEntropy.fill(&mut other);
        assert_ne!(one, other);
        assert_ne!(one, [0; 32]);
    }
}
