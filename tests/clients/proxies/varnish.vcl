# Varnish before the service, with its own compression. It caches nothing of the service.
vcl 4.1;

backend iewm {
    .host = "127.0.0.1";
    .port = "8080";
}

sub vcl_recv {
    return (pass);
}

sub vcl_backend_response {
    # A stream that Varnish compresses waits until its buffer is full.
    set beresp.do_gzip = beresp.http.Content-Type !~ "^(application/x-ndjson|text/csv)";
}
