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
	const { verifiedAskedAt } = customOf(known.claim);
	const waitMs = limits.verifyInterval.value * 1_000;
	if (verifiedAskedAt !== undefined && Date.parse(verifiedAskedAt) + waitMs > Date.parse(now)) {
		const detail = `'${hostname}' was checked at ${verifiedAskedAt}; ask again ${limits.verifyInterval.value} s later.`;
		throw new HostmasterError("TooManyChecks", detail, { field: "hostname", rule: "interval" });
	}
	const claim = await changeClaim(known.claim, (held) => ({
		...held,
		custom: { ...customOf(held), verifiedAskedAt: now },
	}));
	const verdict = await diagnoseNow(claim);
	// The ladder's own look comes now, which decides; that costs the customer none of its looks.
	if (known.check && (await bringForward(known.check, now))) await sendCheck(known.check, 0);
	const after = await knownDomain(tenantId, hostname);
	return { body: { domain: viewOf(after), diagnosis: diagnosisView(hostname, verdict) } };
});
