/**
 * The agent wants to quit while jobs run: the person chooses.
 */
import { ask } from "./dialog.js";
import { TEXT } from "./texts.js";

/** @param {import("./bridge.js").Bridge} bridge @param {string[]} names @param {(error: unknown) => void} failed */
export async function askQuit(bridge, names, failed) {
  const chosen = await ask({
    title: TEXT.quitTitle,
    text: names.length ? TEXT.quitWhich(names.join(", ")) : "",
    choices: [
      { value: "stop", text: TEXT.quitStop, kind: "button stop" },
      { value: "finish", text: TEXT.quitFinish },
      { value: "cancel", text: TEXT.cancel },
    ],
    cancel: "cancel",
  });
  bridge.quitConfirmed(/** @type {"stop"|"finish"|"cancel"} */ (chosen)).catch(failed);
}
