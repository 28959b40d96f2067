// A server that speaks TLS before one that does not.
import { createServer } from "node:https";
import http from "node:http";
import net from "node:net";

export const listening = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

// Serves https at `url`, before a server that will listen at `port` of this machine.
export async function front({ key, cert }, onEnd) {
  const free = net.createServer();
  const port = await listening(free);
  free.close();
  const server = createServer({ key, cert }, (request, response) => {
    const { method, url, headers } = request;
    const passed = http.request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.writeHead(502).end());
    request.pipe(passed);
  });
  onEnd(() => server.closeAllConnections() ?? server.close());
  return { port, url: `https://127.0.0.1:${await listening(server)}` };
}
