// A server that speaks TLS before one that does not.
import { createServer } from "node:https";
import http from "node:http";

export const listening = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

// Serves https before a server at `port` of this machine, which may be given later.
export async function front({ key, cert }, port) {
  const server = createServer({ key, cert }, (request, response) => {
    const { method, url, headers } = request;
    const passed = http.request({ host: "127.0.0.1", port: port(), method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.writeHead(502).end());
    request.pipe(passed);
  });
  return { server, port: await listening(server) };
}
