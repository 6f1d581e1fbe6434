import { type CustomHostname, parseCustomHostname } from "../domain/custom-hostname.ts";
import { HostmasterError } from "../domain/errors.ts";
import { describeHostnameRefusal } from "../domain/hostname-refusal.ts";
import { setting } from "../services/settings.ts";

/** A hostname that a customer may bring, in canonical form. Throws InvalidRequest with the field and the rule. */
export function readCustomHostname(text: string, field = "hostname"): CustomHostname {
	const parsed = parseCustomHostname(text, { platformDomain: setting("PLATFORM_DOMAIN") });
	if (parsed.ok) return parsed.value;
	const { rule, detail } = describeHostnameRefusal(parsed.refusal);
	throw new HostmasterError("InvalidRequest", detail, { field, rule });
}
