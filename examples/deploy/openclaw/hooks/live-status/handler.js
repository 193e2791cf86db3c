// Starts `live-status run` when OpenClaw's Gateway starts: detached, and once.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Another one runs already: all is well. */
const RUNS_ALREADY = 75;

/** What live-status may know of the Gateway's environment: none of its keys. */
const PASSED =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|XDG_\w+|OPENCLAW_(STATE_DIR|HOME)|(CLAWDBOT|MOLTBOT)_STATE_DIR|((ALL|HTTPS?|NO)_PROXY))$/i;

/** The settings in a file of NAME=VALUE lines; none where there is no file. */
function settings(file) {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  const lines = text.split("\n").map((line) => /^\s*([A-Za-z_]\w*)=(.*?)\s*$/.exec(line));
  return Object.fromEntries(lines.filter(Boolean).map(([, name, value]) => [name, value]));
}

/** Starts the daemon and returns the process that starts it. */
export function launch(given = process.env) {
  const home = given.HOME || homedir();
  const config = join(given.XDG_CONFIG_HOME || join(home, ".config"), "live-status");
  const state = join(given.XDG_STATE_HOME || join(home, ".local", "state"), "live-status");
  const log = join(state, "live-status.log");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  // What goes wrong before the log is open stands in it too.
  const said = openSync(log, "a", 0o600);
  const passed = Object.entries(given).filter(([name]) => PASSED.test(name));
  const child = spawn(
    "live-status",
    ["run", "--to", "mattermost", "--daemon", "--pid-file", join(state, "live-status.pid"), "--log-file", log],
    {
      detached: true,
      stdio: ["ignore", said, said],
      env: {
        LIVE_STATUS_TOKEN_FILE: join(config, "token"),
        ...Object.fromEntries(passed),
        ...settings(join(config, "live-status.env")),
      },
    },
  );
  closeSync(said);
  child.on("error", (error) => console.error(`[live-status] cannot be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (code === 0 || code === RUNS_ALREADY) return;
    console.error(`[live-status] did not start (${signal ?? `exit ${code}`}); ${log} says why`);
  });
  child.unref();
  return child;
}

/** What the Gateway calls. A status box is never a reason for it not to start. */
export default function onStartup(event) {
  if (event.type !== "gateway" || event.action !== "startup") return;
  try {
    launch();
  } catch (error) {
    console.error(`[live-status] cannot be started: ${error.message}`);
  }
}
