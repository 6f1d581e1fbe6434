import { defineRoute } from "./http.ts";
import { openapiDocument } from "./openapi.ts";
import { routes } from "./routes.ts";

const document = JSON.stringify(openapiDocument());

export const handler = defineRoute(routes.showOpenapi, async () => ({ body: document }));
