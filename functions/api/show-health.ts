import { setting } from "../../services/settings.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.showHealth, async () => ({
	body: { status: "ok", stage: setting("STAGE"), platformDomain: setting("PLATFORM_DOMAIN") },
}));
