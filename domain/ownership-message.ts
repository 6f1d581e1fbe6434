import { leastResolvers } from "./delegation.ts";
import type { EvidenceFlaw, OwnershipExpectation } from "./ownership-evidence.ts";

/** Why an ownership is not proven yet; codes that domain/domain-diagnosis has too mean the same there. */
export type NotYetReason =
	| EvidenceFlaw
	| "could-not-ask" // nobody answered
	| "too-few-answers" // who answered finds the proof, and more have to
	| "resolvers-disagree"
	| "name-servers-disagree"
	| "cname-is-no-proof"; // it leads to the target, and only a TXT record counts

/** What was found and what is to be set, in one or two sentences. Total. `name`: of the record; `found`: what stands there, or who differs. */
export function describeNotYet(
	reason: NotYetReason,
	{ hostname, target, txtName, txtValue }: Omit<OwnershipExpectation, "proofs">,
	{ name, found }: { name: string; found: string },
): string {
	const setCname = `Set ${hostname} CNAME ${target}.`;
	const setTxt = `Set ${txtName} TXT "${txtValue}".`;
	switch (reason) {
		case "could-not-ask":
			return `No server answered for ${hostname}, so that nothing is known: the next check comes by itself.`;
		case "too-few-answers":
			return `The record at ${name} is right as far as anybody answered; ${leastResolvers} resolvers and a name server of the zone have to. No answer: ${found || "nobody else was asked"}.`;
		case "resolvers-disagree":
			return `The record at ${name} is right, and not everybody finds it yet: it spreads by itself. Missing at: ${found}.`;
		case "name-servers-disagree":
			return `The zone's own name servers do not say the same of ${name}: the DNS provider has to copy it to all. Missing at: ${found}.`;
		case "cname-is-no-proof":
			return `${hostname} leads to ${found}, as it is to; this name needs a TXT record as its proof besides. ${setTxt}`;
		case "cname-missing":
			return `${hostname} has no CNAME. ${setCname}`;
		case "cname-of-former-attempt":
			return `${hostname} leads to ${found}, the target of an attempt before this one. ${setCname}`;
		case "cname-of-another-tenant":
			return `${hostname} leads to ${found}, which is somebody else's target and proves nothing here. ${setCname}`;
		case "cname-by-way-of-others":
			return `${hostname} leads to the target only over a name of another domain (${found}), whose owner could change it. ${setCname}`;
		case "cname-wrong-target":
			return `${hostname} leads to ${found}. ${setCname}`;
		case "txt-missing":
			return `There is no TXT record at ${txtName}. ${setTxt}`;
		case "txt-behind-cname":
			return `${txtName} is a CNAME to ${found}, a name of another domain, and what stands there proves nothing. ${setTxt}`;
		case "txt-of-former-attempt":
			return `The TXT record at ${txtName} is that of an attempt before this one. ${setTxt}`;
		case "txt-of-another-tenant":
			return `The TXT record at ${txtName} is somebody else's proof: ${found}. ${setTxt}`;
		case "txt-quoted":
			return `The TXT record at ${txtName} has quotation marks in its text: ${found}. Enter it without them: ${txtValue}`;
		case "txt-spaced":
			return `The TXT record at ${txtName} has white space in its text: ${found}. Enter it without: ${txtValue}`;
		case "txt-split":
			return `The value at ${txtName} is split over several TXT records: ${found}. Make it one: ${txtValue}`;
		case "txt-wrong-value":
			return `The TXT record at ${txtName} says ${found}. ${setTxt}`;
	}
}
