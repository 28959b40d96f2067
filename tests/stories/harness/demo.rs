//! What a demo prints once it serves.

use std::collections::HashMap;

use super::process::Process;

/// Waits until a demo serves. Returns where, and the tokens that it printed by the names of their variables; `None` if it
/// ends instead.
#[track_caller]
pub(crate) fn greeting(process: &mut Process) -> Option<(String, HashMap<String, String>)> {
    process.until_or_end("Stop with Ctrl-C")?;
    let greeting = process.said.iter().find_map(|line| line.strip_prefix("The demo is at ")).expect("a greeting");
    let address = greeting.split(',').next().expect("an address").to_owned();
    assert!(greeting.contains(&format!("{address}/docs/")) && !address.ends_with(":0"), "{greeting}");
    let exports = process.said.iter().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    let tokens: HashMap<_, _> = exports.map(|(name, token)| (name.to_owned(), token.to_owned())).collect();
    assert_eq!(tokens.len(), 3, "{:?}", process.said);
    Some((address, tokens))
}
