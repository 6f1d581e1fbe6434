import { HostmasterError } from "../domain/errors.ts";
import { reservedSlugs } from "../domain/reserved-slugs.ts";
import { describeRefusal, parseSlug } from "../domain/slug.ts";
import type { Tenant } from "../domain/tenant.ts";
import { hostnameOf } from "./platform-hostname.ts";

/** A slug in canonical form, and its hostname. Throws SlugReserved, or InvalidRequest with the rule. */
export function readSlug(text: string): Pick<Tenant, "slug" | "hostname"> {
	const slug = parseSlug(text, reservedSlugs);
	if (!slug.ok) {
		const { rule, detail } = describeRefusal(slug.refusal);
		const name = rule === "reserved" || rule === "imitates-reserved" ? "SlugReserved" : "InvalidRequest";
		throw new HostmasterError(name, detail, { field: "slug", rule });
	}
	return { slug: slug.value, hostname: hostnameOf(slug.value) };
}
