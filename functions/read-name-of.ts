import { isBelow } from "../domain/hostname.ts";
import { setting } from "../services/settings.ts";
import { readCustomHostname } from "./read-domain.ts";

/** A name that may be a tenant's: a custom domain, or a platform subdomain. Throws InvalidRequest with the field and the rule. */
export function readNameOf(text: string, field: string): string {
	const name = text.trim().toLowerCase();
	return isBelow(name, setting("PLATFORM_DOMAIN")) ? name : readCustomHostname(text, field).hostname;
}
