import type { Claim } from "../../domain/claim.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { limits } from "../../domain/limits.ts";
import { sendCheck } from "../../services/checks-queue.ts";
import { changeClaim } from "../../services/claims.ts";
import { isoNow } from "../../services/clock.ts";
import { bringForward } from "../../services/waits.ts";
import { customOf } from "../custom-of.ts";
import { diagnoseNow } from "../diagnose-claim.ts";
import { knownDomain } from "../known-domain.ts";
import { readCustomHostname } from "../read-domain.ts";
import { viewOf } from "../view-of-domain.ts";
import { diagnosisView } from "./diagnosis-view.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

export const handler = defineRoute(routes.verifyDomain, async ({ path: { tenantId, hostname: text } }) => {
	const { hostname } = readCustomHostname(text);
	const known = await knownDomain(tenantId, hostname);
	if (known.claim.intent === "released") {
		throw new HostmasterError("DomainNotFound", `The tenant has given '${hostname}' back.`, { field: "hostname" });
	}
	const now = isoNow();
	// Of two at the same moment the second reads what the first has written.
	const claim = await changeClaim(known.claim, (held) => {
		requireInterval(held, now);
		return { ...held, custom: { ...customOf(held), verifiedAskedAt: now } };
	});
	const verdict = await diagnoseNow(claim);
	// The ladder's own look comes now, which decides; that costs the customer none of its looks.
	if (known.check && (await bringForward(known.check, now))) await sendCheck(known.check, 0);
	const after = await knownDomain(tenantId, hostname);
	return { body: { domain: viewOf(after), diagnosis: diagnosisView(hostname, verdict) } };
});

/** Each look asks a dozen servers that are not ours. Throws TooManyChecks. */
function requireInterval(claim: Claim, now: string): void {
	const { verifiedAskedAt } = customOf(claim);
	const seconds = limits.verifyInterval.value;
	if (verifiedAskedAt === undefined || Date.parse(verifiedAskedAt) + seconds * 1_000 <= Date.parse(now)) return;
	const detail = `'${claim.hostname}' was checked at ${verifiedAskedAt}; ask again ${seconds} s later.`;
	throw new HostmasterError("TooManyChecks", detail, { field: "hostname", rule: "interval" });
}
