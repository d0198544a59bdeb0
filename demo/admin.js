import { Connection } from "./connection.js";
import { ConnectionBar } from "./connection-bar.js";
import { Feed } from "./feed.js";
import { Problem } from "./problem.js";
import { partsOf } from "./template.js";
import { WireLog } from "./wire-log.js";

/**
 * The namespace that only admins get into.
 *
 * @param {import("./config.js").DemoConfig} config
 */
export function startAdmin(config) {
  const parts = partsOf(document.getElementById("admin"));
  const problem = new Problem(parts.problem);
  const wire = new WireLog(parts.wire);
  const feed = new Feed(parts.feed);
  const { admin, bob } = config.tokens;

  const connection = new Connection({ config, token: admin, namespace: "/admin" }, "socket.io", {
    state: (status, detail) => {
      bar.show(status, detail);
      if (status === "connected") problem.clear();
    },
    event: (event, data) => feed.add(describe(event, data ?? {})),
    frame: (direction, text) => wire.add(direction, text),
    error: (message) => {
      problem.show(message);
      wire.add("error", message);
    },
  });
  const bar = new ConnectionBar(parts, connection);
  parts.asAdmin.addEventListener("click", () => connection.connect(admin));
  parts.asBob.addEventListener("click", () => connection.connect(bob));
}

function describe(event, data) {
  if (event === "welcome") return [["welcome", "from"], [`${data.userId}, as ${data.role}`]];
  if (event === "newOrder") return [[event, "from"], [`#${data.id} ${data.item} from ${data.from}`]];
  return [[event, "from"], [JSON.stringify(data)]];
}
