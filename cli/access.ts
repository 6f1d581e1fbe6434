import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CommandFailed, exits, misused } from "./failures.ts";
import type { World } from "./world.ts";

/** Which Hostmaster is asked, and as whom. */
export interface Access {
	/** Without a slash at its end. */
	api: string;
	token: string;
	/** Where a tenant's requests go when nobody says: a laptop's demo origin. */
	defaultOrigin: { host: string; port: number } | undefined;
}

/** The part of a running `npm start`'s endpoints that a client of the API needs. */
const endpointsSchema = z.object({
	api: z.string(),
	token: z.string(),
	demoOrigin: z.object({ host: z.string(), port: z.int() }),
});

/**
 * Where to ask: `--api`, else HOSTMASTER_API, each with HOSTMASTER_TOKEN; else what runs here, as `.hostmaster/endpoints.json` has it. A
 * word instead of an address is an environment that runs here, below `.hostmaster/<environment>/`. A laptop's token goes to that laptop
 * only. Throws CommandFailed when nothing says where, or as whom.
 */
export function accessOf({ env, directory }: World, option: string | undefined): Access {
	const given = option ?? (env["HOSTMASTER_API"] || undefined);
	const environment = given !== undefined && /^[a-z][a-z0-9-]*$/.test(given) ? given : undefined;
	const here = endpointsIn(join(directory, ".hostmaster", environment ?? ""));
	const api = given === undefined || environment !== undefined ? here?.api : readApi(given);
	if (api === undefined) {
		const title = environment === undefined ? "No Hostmaster to ask." : `No environment '${environment}' runs here.`;
		const fix = "Set HOSTMASTER_API and HOSTMASTER_TOKEN, or give --api; or start one on this machine: npm start.";
		throw misused(title, fix);
	}
	const isHere = here?.api === api;
	const token = env["HOSTMASTER_TOKEN"] || (isHere ? here.token : undefined);
	if (!token) {
		const fix = "Set HOSTMASTER_TOKEN to an access token of your issuer for this API (docs/deploy.md says whose).";
		throw new CommandFailed(exits.unasked, { title: `No token for ${api}.`, fix });
	}
	return { api, token, defaultOrigin: isHere ? here.demoOrigin : undefined };
}

/** Undefined when nothing runs there, or has ever run. */
function endpointsIn(folder: string): z.infer<typeof endpointsSchema> | undefined {
	try {
		return endpointsSchema.parse(JSON.parse(readFileSync(join(folder, "endpoints.json"), "utf8")));
	} catch {
		return undefined;
	}
}

/** A token must not cross a network in the clear. */
function readApi(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const isLoopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url?.hostname ?? "");
	if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback)) {
		return `${url.origin}${url.pathname.replace(/(?:\/v1)?\/*$/, "")}`;
	}
	throw misused(
		`'${text}' is no address of an API.`,
		"Give the stack's API address, with https:// (http:// on this machine only).",
	);
}
