import { HostmasterError } from "../domain/errors.ts";
import { parseHostname } from "../domain/hostname.ts";
import { describeHostnameRefusal } from "../domain/hostname-refusal.ts";
import { setting } from "../services/settings.ts";

/** The platform subdomain of a slug. Throws InvalidRequest when both together are longer than a name may be. */
export function hostnameOf(slug: string): string {
	const hostname = parseHostname(`${slug}.${setting("PLATFORM_DOMAIN")}`);
	if (!hostname.ok) {
		const { rule, detail } = describeHostnameRefusal(hostname.refusal);
		throw new HostmasterError("InvalidRequest", detail, { field: "slug", rule });
	}
	return hostname.value;
}
