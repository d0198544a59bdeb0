import { startAdmin } from "./admin.js";
import { startBackend } from "./backend.js";
import { loadConfig } from "./config.js";
import { Panel } from "./panel.js";

const aside = document.getElementById("aside");

try {
  start(await loadConfig());
} catch (error) {
  const problem = document.getElementById("start-problem");
  problem.textContent = error.message;
  problem.hidden = false;
}

function start(config) {
  const { tokens } = config;
  const alice = new Panel(config, { id: "alice", name: "Alice", token: tokens.alice, protocol: "socket.io" });
  const bob = new Panel(config, { id: "bob", name: "Bob", token: tokens.bob, protocol: "json" });
  aside.before(alice.element, bob.element);
  offerSecondDevice(alice, config);
  startBackend(config);
  startAdmin(config);
}

/** Another connection of the same user, by the other protocol: a push to the user reaches both. */
function offerSecondDevice(alice, config) {
  const { secondDevice } = alice.parts;
  secondDevice.hidden = false;
  secondDevice.addEventListener("click", () => {
    secondDevice.hidden = true;
    const device = { id: "alice-2", name: "Alice, 2nd", token: config.tokens.alice, protocol: "json" };
    const panel = new Panel(config, device);
    panel.parts.remove.hidden = false;
    panel.parts.remove.addEventListener("click", () => {
      panel.remove();
      secondDevice.hidden = false;
      secondDevice.focus();
    });
    alice.element.after(panel.element);
  });
}
