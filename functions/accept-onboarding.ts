import { ulid } from "ulid";
import { type Claim, claimability, newClaim, withAdoptedRecords } from "../domain/claim.ts";
import { HostmasterError } from "../domain/errors.ts";
import { nextGeneration } from "../domain/generation.ts";
import type { NewTenant } from "../domain/new-tenant.ts";
import { onboardingSteps } from "../domain/operation-kinds.ts";
import { operationView } from "../domain/operation-view.ts";
import type { Tenant } from "../domain/tenant.ts";
import { tenantView } from "../domain/tenant-view.ts";
import { type AcceptanceOutcome, accept } from "../services/acceptance.ts";
import { readClaim } from "../services/claims.ts";
import { isoNow } from "../services/clock.ts";
import { type Answer, earlierAnswer } from "../services/idempotency.ts";
import { setting } from "../services/settings.ts";
import { type Asking, answerAgain, idempotencyOf } from "./asking.ts";
import { newOperation } from "./new-operation.ts";
import { readNames } from "./read-names.ts";
import { tellQueue } from "./tell-queue.ts";

/**
 * Accepts a new tenant, from REST or from an event alike: one transaction decides, then the queue is told. Answers what the caller
 * is told; the same request again gets the same answer. Throws what domain/errors.ts lists for a request.
 */
export async function acceptOnboarding(
	request: NewTenant,
	asking: Asking,
	/** The records of the name stand right in the zone already, and are not to be written again. */
	{ adopted = false } = {},
): Promise<Answer> {
	const now = isoNow();
	const idempotency = idempotencyOf(request, asking, now);
	const earlier = await earlierAnswer(idempotency, now);
	if (earlier) return answerAgain(earlier);
	const names = readNames(request);
	const predecessor = await readClaim(names.hostname);
	const refusal = refusalOf(predecessor, request.slug, now);
	if (refusal) {
		// The name may be taken by this very request, which came twice and was accepted between the two reads.
		const meanwhile = await earlierAnswer(idempotency, now);
		if (meanwhile) return answerAgain(meanwhile);
		throw refusal;
	}
	const generation = nextGeneration(predecessor?.generation, Number(setting("GENERATION_EPOCH")));
	const tenantId = `ten_${ulid(Date.parse(now))}`;
	const tenant: Tenant = {
		tenantId,
		...names,
		name: request.name,
		externalRef: request.externalRef,
		plan: request.plan,
		config: request.config ?? {},
		revision: 1,
		formerHostnames: [],
		customHostnames: [],
		heard: {},
		createdAt: now,
		updatedAt: now,
	};
	const fresh = newClaim({ hostname: names.hostname, tenantId, generation, predecessor }, now);
	const claim = adopted ? withAdoptedRecords(fresh, now) : fresh;
	const { requestedBy, correlationId } = asking;
	const operation = newOperation(
		{
			kind: "onboard-tenant",
			...{ tenantId, generation, requestedBy, correlationId },
			hostname: names.hostname,
			steps: onboardingSteps,
		},
		now,
	);
	tenant.lastOperationId = operation.operationId;
	const answer: Answer = {
		etag: `"${tenant.revision}"`,
		location: `/v1/operations/${operation.operationId}`,
		body: JSON.stringify({ tenant: tenantView(tenant, claim), operation: operationView(operation) }),
	};
	const outcome = await accept({ tenant, claim, predecessor, operation, idempotency, answer }, now);
	if (outcome.outcome !== "accepted") return answerTo(outcome, request);
	await tellQueue(operation);
	return answer;
}

function answerTo(outcome: Exclude<AcceptanceOutcome, { outcome: "accepted" }>, request: NewTenant): Answer {
	switch (outcome.outcome) {
		case "repeated":
		case "key-reused":
			return answerAgain(outcome);
		case "name-unavailable":
			throw (
				refusalOf(outcome.claim, request.slug, isoNow()) ??
				new HostmasterError("ServiceUnavailable", "Another request was at this slug; please repeat yours.")
			);
		case "external-ref-taken":
			throw new HostmasterError(
				"ExternalRefTaken",
				`'${request.externalRef}' already belongs to a tenant: GET /v1/tenants?externalRef= shows which.`,
				{ field: "externalRef", rule: "unique" },
			);
	}
}

function refusalOf(claim: Claim | undefined, slug: string, now: string): HostmasterError | undefined {
	const found = claimability(claim, now);
	switch (found.state) {
		case "available":
			return undefined;
		case "taken":
			return new HostmasterError("SlugTaken", `'${slug}' belongs to another tenant.`, {
				field: "slug",
				rule: "unique",
			});
		case "quarantined": {
			const detail = `'${slug}' was released recently and is kept until ${found.until}.`;
			return new HostmasterError("SlugQuarantined", detail, { field: "slug", rule: "quarantine" });
		}
	}
}
