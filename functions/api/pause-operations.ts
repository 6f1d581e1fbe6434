import { isoNow } from "../../services/clock.ts";
import { readPause, writePause } from "../../services/pause.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.pauseOperations, async ({ body: { reason }, caller }) => {
	// Pausing again changes the reason, not since when.
	const pause = { reason, by: caller, since: (await readPause())?.since ?? isoNow() };
	await writePause(pause);
	return { body: pause };
});
