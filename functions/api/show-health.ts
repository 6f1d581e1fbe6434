import { readPause } from "../../services/pause.ts";
import { setting } from "../../services/settings.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showHealth, async () => {
	const pause = (await readPause()) ?? null;
	const place = { stage: setting("STAGE"), platformDomain: setting("PLATFORM_DOMAIN") };
	return { body: { status: pause ? "paused" : "ok", ...place, pause } };
});
