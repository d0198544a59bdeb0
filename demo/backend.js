import { push, pushCommand } from "./push.js";
import { partsOf, textElement } from "./template.js";

/** What the forms of the backend push: the input of the push Lambda. */
const REQUESTS = {
  "push-order": ({ order, status }) => ({
    rooms: [`order:${order.value.trim()}`],
    event: "orderUpdate",
    data: { id: order.value.trim(), status: status.value },
  }),
  "push-user": ({ user, text }) => ({
    users: [user.value],
    event: "notification",
    data: { text: text.value },
  }),
};

/** @param {import("./config.js").DemoConfig} config */
export function startBackend({ pushFunctionName }) {
  for (const [id, requestOf] of Object.entries(REQUESTS)) {
    startForm(document.getElementById(id), requestOf, pushFunctionName);
  }
}

function startForm(form, requestOf, functionName) {
  const { command, copy, result } = partsOf(form);
  const showCommand = () => {
    const words = pushCommand(requestOf(form.elements));
    command.replaceChildren(...words.flatMap((word) => [textElement("span", word), " "]));
  };
  form.addEventListener("input", showCommand);
  showCommand();
  copy.addEventListener("click", () => copyText(command, copy));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await showResult(result, push(functionName, requestOf(form.elements)));
  });
}

async function showResult(element, pushing) {
  const startedAt = performance.now();
  try {
    const { recipients, sent, gone, failed } = await pushing;
    const took = Math.round(performance.now() - startedAt);
    const rest = [gone && `${gone} gone`, failed && `${failed} failed`].filter(Boolean).join(", ");
    element.textContent = `sent to ${sent} of ${recipients} in ${took} ms${rest && `, ${rest}`}`;
    element.classList.remove("bad");
  } catch (error) {
    element.textContent = error.message;
    element.classList.add("bad");
  }
}

/** Without the clipboard (it needs localhost or https) the text is selected, ready for Ctrl-C. */
async function copyText(source, button) {
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.textContent = "Copied";
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  } catch {
    getSelection().selectAllChildren(source);
  }
}
