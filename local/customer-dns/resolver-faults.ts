import type { Answered } from "../dns/answer.ts";
import type { Faulty } from "../dns/recursor.ts";
import { canonicalName } from "../dns/zone-source.ts";
import type { CustomerDns } from "./provider.ts";
import type { Which } from "./zone-views.ts";

/** How a resolver fails by the faults that are ordered: signatures that do not fit, servers that are silent, a resolver that finds nothing. */
export function resolverFaults(customers: CustomerDns, which: Which): Faulty {
	return (resolve) =>
		async (question, { isChecking }) => {
			const asked = canonicalName(question.name);
			// As resolvers that found out before, and remember it (RFC 9520 §3.2): nobody waits for servers that do not answer.
			if (customers.faultAt(asked, "silent")) return empty("SERVFAIL");
			const answered = await resolve(question);
			const names = [asked, ...answered.answers.map(({ name }) => canonicalName(name))];
			// Without checking the same answer is taken as it is (RFC 4035 §3.2.2).
			if (isChecking && names.some((name) => customers.faultAt(name, "dnssec"))) return empty("SERVFAIL");
			return which === "second" && customers.faultAt(asked, "split") ? empty("NXDOMAIN") : answered;
		};
}

function empty(rcode: Answered["rcode"]): Answered {
	return { rcode, authoritative: false, recursive: true, answers: [], authorities: [] };
}
