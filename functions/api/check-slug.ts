import type { z } from "zod";
import { claimability } from "../../domain/claim.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { reservedSlugs } from "../../domain/reserved-slugs.ts";
import { describeRefusal, parseSlug } from "../../domain/slug.ts";
import { readClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { hostnameOf } from "../platform-hostname.ts";
import type { slugAnswerSchema } from "./contracts/tenants.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.checkSlug, async ({ path }) => ({ body: await answerFor(path.slug) }));

async function answerFor(text: string): Promise<z.infer<typeof slugAnswerSchema>> {
	const slug = parseSlug(text, reservedSlugs);
	if (!slug.ok) {
		const { rule, detail } = describeRefusal(slug.refusal);
		const state = rule === "reserved" || rule === "imitates-reserved" ? "reserved" : "invalid";
		return { slug: text, state, hostname: null, rule, why: detail };
	}
	let hostname: string;
	try {
		hostname = hostnameOf(slug.value);
	} catch (error) {
		if (!(error instanceof HostmasterError) || error.name !== "InvalidRequest") throw error;
		return { slug: text, state: "invalid", hostname: null, rule: error.rule ?? null, why: error.detail };
	}
	const found = claimability(await readClaim(hostname), isoNow());
	switch (found.state) {
		case "available":
			return { slug: slug.value, state: "available", hostname, rule: null, why: null };
		case "taken":
			return { slug: slug.value, state: "taken", hostname, rule: "unique", why: "Another tenant has it." };
		case "quarantined": {
			const why = `It was released recently and is kept until ${found.until}.`;
			return { slug: slug.value, state: "quarantined", hostname, rule: "quarantine", why };
		}
	}
}
