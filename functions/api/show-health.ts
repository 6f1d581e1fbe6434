import { readPause } from "../../services/pause.ts";
import { setting } from "../../services/settings.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showHealth, async () => {
	// Public: who paused is for those who may read operations.
	const { reason, since } = (await readPause()) ?? {};
	const pause = reason !== undefined && since !== undefined ? { reason, since } : null;
	const place = { stage: setting("STAGE"), platformDomain: setting("PLATFORM_DOMAIN") };
	return { body: { status: pause ? "paused" : "ok", ...place, pause } };
});
