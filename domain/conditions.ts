import { z } from "zod";
import { actors } from "./errors.ts";

/** In the order in which a hostname comes to life; the first that is not true explains why it is not active. */
export const conditionTypes = [
	"Claimed",
	"OwnershipVerified",
	"CertificateIssued",
	"EdgeAttached",
	"RecordsInSync",
	"RoutePublished",
	"Serving",
] as const;

export type ConditionType = (typeof conditionTypes)[number];

/** One independent fact about a hostname. */
export const conditionSchema = z.object({
	status: z.enum(["true", "false", "unknown"]).meta({
		description: "unknown: not looked at yet, or could not ask. That is never the same as false.",
	}),
	reason: z.string().meta({ description: "CamelCase, stable, for programs." }),
	message: z.string().meta({ description: "A sentence, for people." }),
	since: z.string().meta({ description: "ISO time since which the status has been what it is." }),
	actor: z.enum(actors).meta({ description: "Who acts next as long as the condition is not true." }),
	fix: z.string().optional().meta({ description: "What exactly that actor has to do." }),
});
export type Condition = z.infer<typeof conditionSchema>;

export const conditionsSchema = z.record(z.enum(conditionTypes), conditionSchema);
export type Conditions = z.infer<typeof conditionsSchema>;

/**
 * What the hostname is meant to be: served, suspended, a former name that redirects to the tenant's present one, being taken down,
 * or given back (then it is quarantined).
 */
export const intents = ["serve", "suspend", "redirect", "remove", "released"] as const;
export type Intent = (typeof intents)[number];

export const hostnameStatuses = [
	"pending",
	"action-required",
	"provisioning",
	"active",
	"degraded",
	"suspended",
	"redirecting",
	"removing",
	"released",
	"failed",
] as const;

/** The one word that users see. Derived, never stored as the truth. */
export type HostnameStatus = (typeof hostnameStatuses)[number];

/**
 * | intent   | conditions                                              | status          |
 * | -------- | ------------------------------------------------------- | --------------- |
 * | released | any                                                     | released        |
 * | remove   | any                                                     | removing        |
 * | redirect | any                                                     | redirecting     |
 * | suspend  | the route is published: the edge knows                  | suspended       |
 * | suspend  | publishing it failed                                    | failed          |
 * | suspend  | not published yet                                       | provisioning    |
 * | serve    | all true                                                | active          |
 * | serve    | a false one while `Serving` is still true               | degraded        |
 * | serve    | a false one, the customer's to mend                     | action-required |
 * | serve    | a false one                                             | failed          |
 * | serve    | none false, the certificate not looked at yet           | pending         |
 * | serve    | none false                                              | provisioning    |
 */
export function deriveStatus(intent: Intent, conditions: Conditions): HostnameStatus {
	switch (intent) {
		case "released":
			return "released";
		case "remove":
			return "removing";
		case "redirect":
			return "redirecting";
		case "suspend":
			return statusWhileSuspending[conditions.RoutePublished.status];
		case "serve":
			return deriveServing(conditions);
	}
}

const statusWhileSuspending = { true: "suspended", false: "failed", unknown: "provisioning" } as const;

function deriveServing(conditions: Conditions): HostnameStatus {
	const all = conditionTypes.map((type) => conditions[type]);
	if (all.every(({ status }) => status === "true")) return "active";
	const broken = all.filter(({ status }) => status === "false");
	if (broken.length > 0 && conditions.Serving.status === "true") return "degraded";
	if (broken.some(({ actor }) => actor === "customer")) return "action-required";
	if (broken.length > 0) return "failed";
	return conditions.CertificateIssued.status === "unknown" ? "pending" : "provisioning";
}

/** What stands between the hostname and `active`: a false condition first, then the first unknown one. */
export function firstObstacle(conditions: Conditions): (Condition & { type: ConditionType }) | undefined {
	const type =
		conditionTypes.find((type) => conditions[type].status === "false") ??
		conditionTypes.find((type) => conditions[type].status === "unknown");
	return type && { type, ...conditions[type] };
}

/** The same conditions with one changed; `since` moves only when the status does. */
export function withCondition(
	conditions: Conditions,
	type: ConditionType,
	change: Omit<Condition, "since">,
	now: string,
): Conditions {
	const before = conditions[type];
	return { ...conditions, [type]: { ...change, since: before.status === change.status ? before.since : now } };
}

function pending(message: string, since: string, actor: Condition["actor"] = "hostmaster"): Condition {
	return { status: "unknown", reason: "Pending", message, since, actor };
}

function claimed(since: string): Condition {
	const message = "The name is this tenant's.";
	return { status: "true", reason: "Claimed", message, since, actor: "hostmaster" };
}

/** A fresh claim of a platform subdomain: ours by construction, everything else still to come. */
export function platformConditions(now: string): Conditions {
	return {
		Claimed: claimed(now),
		OwnershipVerified: {
			status: "true",
			reason: "PlatformDomain",
			message: "A name under the platform domain needs no proof.",
			since: now,
			actor: "hostmaster",
		},
		CertificateIssued: pending("The wildcard certificate has not been checked yet.", now),
		EdgeAttached: pending("The distribution has not been checked yet.", now),
		RecordsInSync: pending("The zone records have not been written yet.", now),
		RoutePublished: pending("The route has not been published yet.", now),
		Serving: pending("The hostname has not been probed through the edge yet.", now),
	};
}

/** A fresh claim of a custom domain: it is kept for its tenant, and nothing is known of it yet. */
export function customConditions(now: string): Conditions {
	return {
		Claimed: claimed(now),
		OwnershipVerified: pending("No record that proves the ownership has been looked for yet.", now, "customer"),
		CertificateIssued: pending("The certificate is requested once the ownership is proven.", now),
		EdgeAttached: pending("The edge takes the domain once its certificate can be issued.", now),
		RecordsInSync: pending("Whether the domain leads to the edge has not been looked at yet.", now, "customer"),
		RoutePublished: pending("The route has not been published yet.", now),
		Serving: pending("The hostname has not been probed through the edge yet.", now),
	};
}
