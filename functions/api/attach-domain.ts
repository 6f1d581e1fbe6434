import { amazonAuthorities, judgeCaa } from "../../domain/caa.ts";
import type { Claim } from "../../domain/claim.ts";
import type { Validation } from "../../domain/custom-domain.ts";
import { HostmasterError } from "../../domain/errors.ts";
import { attachSteps } from "../../domain/operation-kinds.ts";
import { type DomainStanding, planAttachment } from "../../domain/plan-domain.ts";
import { shortPatience } from "../../services/dns-reading.ts";
import { logger } from "../../services/log.ts";
import { caaClimb } from "../../services/public-dns.ts";
import { optionalSetting } from "../../services/settings.ts";
import { changeDomain } from "../change-domain.ts";
import { holdCertificate } from "../hold-certificate.ts";
import { keepQuota } from "../keep-quota.ts";
import { knownDomain } from "../known-domain.ts";
import { neighboursOf } from "../neighbours-of.ts";
import { newToken } from "../new-token.ts";
import { readCustomHostname } from "../read-domain.ts";
import { readNameOf } from "../read-name-of.ts";
import { askingOf } from "./accepted.ts";
import { domainReply } from "./domain-reply.ts";
import { defineRoute } from "./http.ts";
import { routes } from "./routes.ts";

// ACM tells the record some seconds after the request; a caller that goes without finds it by GET.
const recordWithinMs = 8_000;

export const handler = defineRoute(
	routes.attachDomain,
	async ({ path: { tenantId }, body, headers, caller, correlationId }) => {
		const name = readCustomHostname(body.hostname);
		const { hostname } = name;
		const { validation } = body;
		if (name.wildcard && validation === "http") throw httpOfAll(hostname);
		const redirectTo = body.redirectTo === undefined ? undefined : readNameOf(body.redirectTo, "redirectTo");
		if (body.moveFrom !== undefined && validation === "http") throw moveWithoutCertificate();
		if (redirectTo !== undefined && body.primary) throw primaryElsewhere(hostname, redirectTo);
		// Set where CloudFront's own check does not follow our target (decision 0019).
		const endpoint = optionalSetting("EDGE_ENDPOINT") || undefined;
		await changeDomain({
			...{ kind: "attach-domain", steps: attachSteps, tenantId, hostname, requestedBy: caller, correlationId },
			keyed: { asking: askingOf(caller, headers, correlationId), request: { attach: tenantId, ...body } },
			plan: async (standing, moment) => {
				const { also, ...around } = await neighboursOf(name, validation, tenantId, endpoint);
				const { primary, moveFrom } = body;
				const wanted = { hostname, validation, redirectTo, primary, moveFrom };
				const request = { ...wanted, ...around, endpoint, token: newToken() };
				const planned = planAttachment(standing, request, moment);
				// What is refused anyhow asks nobody.
				if (planned.ok && !hasCertificate(standing, validation)) await keepQuota(tenantId);
				return { planned, also };
			},
		});
		const known = await knownDomain(tenantId, hostname);
		const { custom, intent } = known.claim;
		const needsCertificate = custom?.validation === "dns" && !custom.validationRecord && intent === "serve";
		return domainReply(needsCertificate ? { ...known, claim: await withRecord(known.claim) } : known);
	},
);

/** A new attempt of the same tenant goes on with the certificate that it has. */
function hasCertificate({ tenant, claim }: DomainStanding, validation: Validation): boolean {
	const isOwn =
		claim?.tenantId === tenant.tenantId && claim.intent === "serve" && claim.custom?.validation === validation;
	return isOwn && claim.custom?.certificateArn !== undefined;
}

/**
 * Its record is wanted with the others, at once; but none is asked for that CAA forbids, since it would fail as soon as its record stands. Crash
 * here, or no answer? It is accepted all the same: the machine's step asks once CAA permits.
 */
async function withRecord(claim: Claim): Promise<Claim> {
	if (claim.custom?.certificateArn === undefined && (await isForbidden(claim.hostname))) return claim;
	try {
		return await holdCertificate(claim, { recordWithinMs });
	} catch (error) {
		if (!(error instanceof HostmasterError)) throw error;
		logger.warn("The certificate was not requested yet.", { hostname: claim.hostname, error });
		return claim;
	}
}

/** Who cannot be asked forbids nothing. */
async function isForbidden(hostname: string): Promise<boolean> {
	const climb = await caaClimb(hostname, undefined, shortPatience);
	return climb !== undefined && !judgeCaa(hostname, climb, amazonAuthorities, "dns-01").permitted;
}

/** https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDomainAssociation.html: the target has a certificate for the name. */
function moveWithoutCertificate(): HostmasterError {
	const detail = 'A domain is moved with its certificate ready: ask for it with "validation": "dns".';
	return new HostmasterError("InvalidRequest", detail, { field: "moveFrom", rule: "validation" });
}

function primaryElsewhere(hostname: string, redirectTo: string): HostmasterError {
	const detail = `'${hostname}' cannot lead all others here and lead to '${redirectTo}' itself: give "primary" or "redirectTo".`;
	return new HostmasterError("InvalidRequest", detail, { field: "primary", rule: "redirects" });
}

/** https://docs.aws.amazon.com/acm/latest/userguide/http-validation.html: a control over HTTP proves nothing of a wildcard. */
function httpOfAll(hostname: string): HostmasterError {
	const detail = `The certificate of '${hostname}' can be validated by DNS only: ask for it with "validation": "dns".`;
	return new HostmasterError("InvalidRequest", detail, { field: "validation", rule: "wildcard" });
}
