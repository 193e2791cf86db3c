// Written by `live-status hooks install`, taken away by `live-status hooks uninstall`.
import { spawn } from "node:child_process";

const TOLD = new Set([
  "session.status", "session.idle", "session.error",
  "session.execution.failed", "session.execution.interrupted",
  "permission.asked", "permission.v2.asked", "permission.updated", "permission.replied", "permission.v2.replied",
  "question.asked", "question.v2.asked", "question.replied", "question.v2.replied",
  "question.rejected", "question.v2.rejected",
]);

const tell = (payload) => {
  try {
    const child = spawn("PROGRAM", ["hook", "opencode", JSON.stringify(payload)], { stdio: "ignore", detached: true });
    child.on("error", () => {});
    child.unref();
  } catch {}
};

export const LiveStatus = async ({ client }) => {
  const parents = new Map();
  const last = new Map();

  // Sub-agents do not change how the session stands; one that cannot be looked up may be one.
  const isChild = async (id) => {
    if (!parents.has(id)) {
      try {
        const found = await client.session.get({ path: { id } });
        if (!found?.data) return true;
        parents.set(id, found.data.parentID ?? null);
      } catch {
        return true;
      }
    }
    return parents.get(id) !== null;
  };

  return {
    event: async ({ event }) => {
      try {
        const { type, properties = {} } = event ?? {};
        const info = properties.info;
        if ((type === "session.created" || type === "session.updated") && info?.id) {
          parents.set(info.id, info.parentID ?? null);
        }
        const id = properties.sessionID;
        if (!TOLD.has(type) || !id || (await isChild(id))) return;
        const status = properties.status?.type;
        // `busy` comes many times a turn.
        const now = `${type} ${status ?? ""}`;
        if (type === "session.status" && last.get(id) === now) return;
        last.set(id, now);
        const error = properties.error?.name;
        tell({ type, sessionID: id, properties: { status: { type: status }, error: { name: error } } });
      } catch {}
    },
  };
};
