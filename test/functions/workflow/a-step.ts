import type { Claim } from "../../../domain/claim.ts";
import { type Conditions, conditionTypes } from "../../../domain/conditions.ts";
import type { ExecutionInput } from "../../../domain/execution-input.ts";
import type { Operation } from "../../../domain/operation.ts";
import { handler as activateTenant } from "../../../functions/workflow/activate-tenant.ts";
import { handler as cancelRunning } from "../../../functions/workflow/cancel-running.ts";
import { handler as checkCertificate } from "../../../functions/workflow/check-certificate.ts";
import { handler as completeUpdate } from "../../../functions/workflow/complete-update.ts";
import { handler as probeRoute } from "../../../functions/workflow/probe-route.ts";
import { handler as publishRoute } from "../../../functions/workflow/publish-route.ts";
import { handler as releaseHostnames } from "../../../functions/workflow/release-hostnames.ts";
import { handler as removeRecords } from "../../../functions/workflow/remove-records.ts";
import { handler as syncRecords } from "../../../functions/workflow/sync-records.ts";
import { handler as withdrawRoutes } from "../../../functions/workflow/withdraw-routes.ts";
import type { Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, operationId, tenantId, withTrue } from "../../builders/entities.ts";

/** The function of every Task state. */
export const steps = {
	CheckCertificate: checkCertificate,
	SyncRecords: syncRecords,
	PublishRoute: publishRoute,
	ProbeRoute: probeRoute,
	ActivateTenant: activateTenant,
	CompleteUpdate: completeUpdate,
	CancelRunning: cancelRunning,
	WithdrawRoutes: withdrawRoutes,
	RemoveRecords: removeRecords,
	ReleaseHostnames: releaseHostnames,
};
export type Step = keyof typeof steps;
// Object.keys forgets the key type that the table has.
export const states = Object.keys(steps) as Step[];

export const { hostname } = aClaim();
export const formerName = "old.app.example.com";

/** Acme's former name, which redirects until some day. */
export const formerClaim = (more: Partial<Claim> = {}) =>
	withTrue(
		aClaim({
			hostname: formerName,
			generation: 5,
			intent: "redirect",
			redirectUntil: "2999-01-01T00:00:00.000Z",
			...more,
		}),
		...conditionTypes,
	);

/** What kind of operation visits a state, in these tests, and what its claims are meant to be. */
export function operationOf(state: Step): Pick<Operation, "kind"> & Pick<Claim, "intent"> {
	switch (state) {
		case "CancelRunning":
		case "WithdrawRoutes":
		case "RemoveRecords":
		case "ReleaseHostnames":
			return { kind: "offboard-tenant", intent: "remove" };
		case "CompleteUpdate":
			return { kind: "update-tenant", intent: "serve" };
		default:
			return { kind: "onboard-tenant", intent: "serve" };
	}
}

const taken = [
	{ hostname, generation: 7 },
	{ hostname: formerName, generation: 5 },
];

/** Runs a state's function for acme's generation 7; of a taking down, for both of its names. */
export function run(state: Step, more: Partial<ExecutionInput> & { taskToken?: string | undefined } = {}) {
	const { taskToken = "token-1", ...input } = more;
	const { kind, intent } = operationOf(state);
	return steps[state]({
		input: {
			...{ version: 1, operationId, attempt: 1, kind, tenantId, hostname, generation: 7, correlationId: "c" },
			hostnames: intent === "remove" ? taken : [],
			...input,
		},
		state,
		execution: `${operationId}-1`,
		...("taskToken" in more && more.taskToken === undefined ? {} : { taskToken }),
	});
}

/** A certificate of the platform's that ACM has issued. */
export function issued(daysLeft = 100) {
	return {
		Status: "ISSUED" as const,
		SubjectAlternativeNames: ["*.app.example.com"],
		NotAfter: new Date(Date.now() + daysLeft * 86_400_000),
	};
}

/** A tenant with a former name, on its way to a state: all that it needs but what the state itself brings. */
export async function world(cloud: Cloud, state: Step, { records = state !== "SyncRecords" } = {}): Promise<void> {
	const { kind, intent } = operationOf(state);
	const others = ["CertificateIssued", "EdgeAttached", "RoutePublished"] as const;
	const claim = withTrue(aClaim({ intent }), ...others, ...(records ? (["RecordsInSync"] as const) : []));
	const former = formerClaim(intent === "remove" ? { intent } : {});
	await cloud.hold({
		tenant: aTenant({ formerHostnames: [formerName] }),
		claim,
		operation: anOperation({ kind, status: "running" }),
	});
	await cloud.hold({ claim: former });
}

/** All that is stored, without what tells of time, of order and of repetition. */
export async function everything(cloud: Cloud) {
	const volatile = new Set([
		"updatedAt",
		"revision",
		"opening",
		"startedAt",
		"nextCheckAt",
		"requestedAt",
		"parkedAt",
		"expiresAt",
		"since",
		"freeAtMs",
	]);
	const tables = await Promise.all((["registry", "map", "waits", "zone"] as const).map((table) => cloud.rows(table)));
	return JSON.parse(JSON.stringify(tables, (key, value) => (volatile.has(key) ? undefined : value)));
}

/** The conditions of a hostname's claim. */
export async function conditionsOf(cloud: Cloud, name = hostname): Promise<Conditions> {
	return (await cloud.claim(name))?.["conditions"];
}
