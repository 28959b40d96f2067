"""The service through a proxy: `check.py NAME URL CERTIFICATE`, beside a demo with 40 requests a minute for each address."""

import gzip
import itertools
import json
import os
import select
import subprocess
import sys
import tempfile

NAME, URL, CERTIFICATE = sys.argv[1:]
STAFF = os.environ["STAFF"]
LIMIT = 40
# Varnish speaks neither TLS nor, without a switch, HTTP/2.
NEWEST = "--http2" if URL.startswith("https:") else "--http1.1"
# These pass `Expect: 100-continue` on and relay a refusal, so that the body is not sent. The others ask for the body themselves.
RELAYS_REFUSALS = {"haproxy", "haproxy-2.8", "apache"}

WEAKENS_TAGS = NAME == "varnish"

class Response:
    def __init__(self, status, version, sent, headers, body):
        self.status, self.version, self.sent, self.headers, self.body = status, version, sent, headers, body

    def json(self):
        return json.loads(self.body)


def reach(path, *options, source="127.0.0.30", version=NEWEST):
    """The command that sends a request from an address of this machine."""
    host = URL.split("//")[1]
    return ["curl", "-sS", "--max-time", "240", version, "--interface", source, "--cacert", CERTIFICATE,
            "--resolve", f"{host}:127.0.0.1", *options, f"{URL}{path}"]


def call(method, path, *headers, body=None, source="127.0.0.30", version=NEWEST, token=STAFF):
    """One request, by the newest version of HTTP that the proxy speaks unless another is named."""
    with tempfile.TemporaryDirectory() as folder:
        command = reach(path, *(["-I"] if method == "HEAD" else ["-X", method]), "-D", f"{folder}/head", "-o", f"{folder}/body",
                        "-w", "%{http_code} %{http_version} %{size_upload}", source=source, version=version)
        if token:
            command += ["-H", f"Authorization: Bearer {token}"]
        for header in headers:
            command += ["-H", header]
        if body is not None:
            with open(f"{folder}/sent", "wb") as sent:
                sent.write(body)
            command += ["--data-binary", f"@{folder}/sent"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        status, spoken, sent = done.stdout.split()
        with open(f"{folder}/head", encoding="latin-1", newline="") as head:
            last = head.read().strip().split("\r\n\r\n")[-1]
        pairs = [line.split(": ", 1) for line in last.split("\r\n")[1:] if ": " in line]
        received = b""
        if os.path.exists(f"{folder}/body"):
            with open(f"{folder}/body", "rb") as file:
                received = file.read()
        return Response(int(status), spoken, int(sent), {name.lower(): value for name, value in pairs}, received)


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"{NAME}: {what}: {seen!r} and not {wanted!r}")


def send_json(method, path, value, *headers, **others):
    return call(method, path, "Content-Type: application/json", *headers, body=json.dumps(value).encode(), **others)


def main_job():
    alive = call("GET", "/health/ready", token=None)
    expect("ready, by the newest version", (alive.status, alive.version), (200, NEWEST.removeprefix("--http")))
    source = {"kind": "self", "obtained_on": "2026-11-20"}
    person = {"name": "Proxy Person", "email": f"{NAME}@example.org", "source": source}
    made = send_json("POST", "/v1/contacts", person, "Idempotency-Key: made-once")
    expect("a contact", made.status, 201)
    again = send_json("POST", "/v1/contacts", person, "Idempotency-Key: made-once")
    expect("a replay", (again.status, again.headers.get("idempotent-replayed")), (201, "true"))
    contact = made.json()["id"]
    grant = {"contact_id": contact, "purpose": "newsletter", "decision": "given", "method": "telephone",
             "wording": "Yes, the newsletter.", "evidence_ref": "Call recording 42"}
    given = send_json("POST", "/v1/consents", grant)
    expect(f"a consent {given.body}", given.status, 201)
    stream = call("GET", "/v1/audiences/newsletter", "Accept: application/x-ndjson")
    expect("an audience", stream.status, 200)
    ids = [json.loads(line)["contact_id"] for line in stream.body.splitlines()]
    expect("the contact is in the audience", contact in ids, True)
    packed = call("GET", "/v1/audiences/newsletter", "Accept: text/csv", "Accept-Encoding: gzip")
    expect("a stream in gzip", packed.headers.get("content-encoding"), "gzip")
    expect("the same people", contact in gzip.decompress(packed.body).decode(), True)


def first_row(version):
    """The first row of a stream whose second is held back, and the number of all rows after its release."""
    options = ["-N", "-H", f"Authorization: Bearer {STAFF}", "-H", "Accept: application/x-ndjson", "-H", "X-Hold: yes"]
    with subprocess.Popen(reach("/v1/audiences/newsletter", *options, version=version), stdout=subprocess.PIPE) as stream:
        readable, _, _ = select.select([stream.stdout], [], [], 20)
        if not readable:
            stream.kill()
            sys.exit(f"{NAME}: the first row by {version} waits for the second")
        row = stream.stdout.readline()
        expect("the stream is open", stream.poll(), None)
        expect("the release", call("GET", "/health/live", "X-Release: yes", token=None).status, 200)
        return json.loads(row)["contact_id"], 1 + len(stream.stdout.readlines())


def streams():
    people = call("GET", "/v1/audiences/newsletter", "Accept: application/x-ndjson").body.splitlines()
    expect("two people at least", len(people) >= 2, True)
    for version in {NEWEST, "--http1.1"}:
        expect(f"a stream by {version}", first_row(version), (json.loads(people[0])["contact_id"], len(people)))


def preconditions():
    event = {"title": "Spring conference", "description": "A day about prevention. " * 60, "capacity": 2,
             "starts_at": "2037-03-01T09:30:00Z", "ends_at": "2037-03-01T16:00:00Z", "location": {"name": "The Guildhall"}}
    large = send_json("POST", "/v1/events", event).headers["location"]
    # The service compresses nothing so small. A proxy may.
    small = send_json("POST", "/v1/events", {**event, "description": "A day about prevention."}).headers["location"]
    codings = ["identity", "gzip", "zstd", "gzip, deflate, br, zstd"]
    for at, (path, coding) in enumerate(itertools.product([large, small], codings)):
        # Each from an address of its own, because of the rate limit.
        own = {"source": f"127.0.0.{40 + at}"}
        got = call("GET", path, f"Accept-Encoding: {coding}", **own)
        expect(f"an event in {coding}", got.status, 200)
        if path == large and coding in ["gzip", "zstd"]:
            expect(f"the coding {coding}", got.headers.get("content-encoding"), coding)
        tag = got.headers["etag"]
        head = call("HEAD", path, f"Accept-Encoding: {coding}", **own)
        # Varnish makes the tag of each GET weak, and compresses no HEAD.
        expect(f"the tag of HEAD in {coding}", head.headers.get("etag"), tag.removeprefix("W/") if WEAKENS_TAGS else tag)
        known = call("GET", path, f"Accept-Encoding: {coding}", f"If-None-Match: {tag}", **own)
        expect(f"known in {coding}", (known.status, known.headers.get("etag"), known.body), (304, tag, b""))
        patch = json.dumps({"title": f"In {coding}"}).encode()
        if path == small:
            expect(f"a weak tag in {coding}", tag.startswith("W/"), WEAKENS_TAGS)
        changed = call("PATCH", path, "Content-Type: application/merge-patch+json", f"If-Match: {tag}", body=patch, **own)
        expect(f"a change by the tag that was given in {coding}", changed.status, 200)
        late = call("PATCH", path, "Content-Type: application/merge-patch+json", f"If-Match: {tag}", body=patch, **own)
        expect(f"a late change in {coding}", late.status, 412)


def imports():
    rows = "".join(f"Person {at},p{at}-{NAME}@example.org,Analyst\r\n" for at in range(200))
    # Rows that are refused one by one, so that a debug build is done in time.
    rows += f"{'x' * 2000},refused-{NAME}@example.org,\r\n" * 9850
    file = ("name,email,job_title\r\n" + rows).encode()
    expect("the size of the file", 19 <= len(file) / 1024 / 1024 < 20, True)
    send = lambda version, token=STAFF: call("POST", "/v1/contacts/imports", "Content-Type: text/csv", body=file,
                                             source="127.0.0.31", version=version, token=token)
    done = send(NEWEST)
    expect("an import of 19 MiB", (done.status, done.body.count(b'"created"')), (200, 200))
    # In HTTP/1.1 curl sends `Expect: 100-continue` by itself.
    done = send("--http1.1")
    expect("the import again, by HTTP/1.1", (done.status, done.body.count(b'"unchanged"')), (200, 200))
    refused = send(NEWEST, token=None)
    expect("no token", refused.status, 401)
    refused = send("--http1.1", token=None)
    expect("no token, by HTTP/1.1", (refused.status, refused.headers.get("www-authenticate")), (401, 'Bearer realm="iewm"'))
    expect("the body was not sent", refused.sent == 0, NAME in RELAYS_REFUSALS)
    for size, version in [(20 * 1024 * 1024 + 1, "--http2"), (22 * 1024 * 1024, "--http2"), (22 * 1024 * 1024, "--http1.1")]:
        large = call("POST", "/v1/contacts/imports", "Content-Type: text/csv", body=b" " * size, source="127.0.0.31", version=version)
        expect(f"a body of {size} bytes by {version}", large.status, 413)


def addresses():
    ask = lambda source, *headers: call("GET", "/v1/privacy-notice", *headers, source=source, token=None).status
    first = "127.0.0.11"
    # The bucket refills while it is emptied.
    statuses = [ask(first) for _ in range(LIMIT + LIMIT)]
    expect("the first address is limited", 429 in statuses, True)
    for at in range(12):
        forged = f"198.51.100.{at}"
        headers = [f"X-Forwarded-For: {forged}", f"Forwarded: for={forged}", f"X-Real-IP: {forged}", f"X-Forwarded-For: {forged}, 127.0.0.1"]
        statuses = [ask(first, *headers) for _ in range(4)]
        expect(f"forged as {forged}, most requests are limited", statuses.count(429) >= 2, True)
    for at in range(12, 21):
        expect(f"127.0.0.{at} has a bucket of its own", ask(f"127.0.0.{at}"), 200)


for part in [main_job, streams, preconditions, imports, addresses]:
    part()
    print(f"{NAME}: {part.__name__}", flush=True)
