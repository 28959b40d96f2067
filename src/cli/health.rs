//! `health`: whether the service that this configuration describes is ready.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use iewm::config::Config;

/// Asks `/health/ready`. One small request over loopback needs no HTTP library.
pub(super) fn health(config: &Config) -> Result<(), String> {
    let mut address = config.server.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::IpAddr::from([127, 0, 0, 1]));
    }
    let fault = |error: std::io::Error| format!("{address} does not answer: {error}");
    let patience = Duration::from_secs(3);
    let mut stream = TcpStream::connect_timeout(&address, patience).map_err(fault)?;
    stream.set_read_timeout(Some(patience)).map_err(fault)?;
    let request = format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(fault)?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).map_err(fault)?;
    match answer.split(' ').nth(1) {
        Some("200") => Ok(()),
        Some(status) => Err(format!("{address} is not ready: status {status}")),
        None => Err(format!("{address} does not answer like iewm")),
    }
}
