import { z } from "zod";
import { type DelegationTrouble, describeTrouble } from "../../domain/delegation.ts";
import { limits } from "../../domain/limits.ts";
import { defineCustomResource, type ResourceEnd, type ResourceRequest } from "./custom-resource.ts";
import type { Delegated } from "./parent.ts";
import { standDelegation } from "./stand-delegation.ts";
import { withdrawDelegation } from "./withdraw-delegation.ts";

/** Properties of `Custom::Delegation` (infra/dns.yml); its Nonce only makes CloudFormation ask again. */
const propertiesSchema = z
	.object({
		Name: z.string(),
		Apex: z.string(),
		ZoneId: z.string(),
		/** A list, or its items with commas between. */
		NameServers: z.union([z.array(z.string()), z.string().transform((text) => text.split(","))]),
		Role: z.string(),
	})
	.transform(
		({ Name, Apex, ZoneId, NameServers, Role }): Delegated => ({
			...{ name: Name, apex: Apex, zoneId: ZoneId, servers: NameServers, role: Role },
		}),
	);

/** What `State` says: absent in deployments that knew of none. */
const stateSchema = z.object({ State: z.enum(["standing", "withdrawn"]).default("standing") });

/** The physical ids: of a delegation that was seen to work, of one that was written only, and of none. */
const idOf = ({ name, zoneId }: Delegated) => `${name}/${zoneId}`;
const unprovenIdOf = (delegated: Delegated) => `${idOf(delegated)}/unproven`;
const nothing = "nothing-written";
/** The name in an id of a delegation; ids that CloudFormation or a failure made up have none. */
const nameIn = (physicalId = "") => /^([^/]+\.[^/.]+)\/[A-Z0-9]+(?:\/unproven)?$/.exec(physicalId)?.[1];

/**
 * Owns the delegation to this stack's zone, in the registrar's account (R5, R14): either it stands, and everything that a certificate
 * needs was seen, or the deployment stops here and says what was found and who must act. docs/decisions/0016-delegation.md
 */
export const handler = defineCustomResource(async (request) => {
	const endsMs = Date.now() + 1_000 * limits.delegationTime.value;
	const isWanted =
		request.RequestType !== "Delete" && stateSchema.parse(request.ResourceProperties).State === "standing";
	return isWanted ? await stand(request, endsMs) : await withdraw(request, endsMs);
});

/**
 * A Create that fails answers another id than one that succeeds. CloudFormation deletes what has failed, at once or once a later Create has
 * succeeded, and this must take away what was written in vain, but neither what stood before nor what has been proven since.
 */
async function stand({ RequestId, PhysicalResourceId, ResourceProperties }: ResourceRequest, endsMs: number) {
	const delegated = propertiesSchema.parse(ResourceProperties);
	const name = nameIn(PhysicalResourceId);
	if (PhysicalResourceId !== undefined && name !== undefined && name !== delegated.name) {
		return { physicalId: PhysicalResourceId, failed: describeTrouble(renameTrouble(name, delegated)) };
	}
	const { trouble, written } = await standDelegation(delegated, sessionOf(RequestId), endsMs);
	if (!trouble) return { physicalId: idOf(delegated) };
	// A failed Update keeps its id; another would be a resource to delete.
	const physicalId = PhysicalResourceId ?? (written ? unprovenIdOf(delegated) : nothing);
	return { physicalId, failed: describeTrouble(trouble) };
}

/**
 * A stack keeps its name: under another one's role the old delegation cannot be taken away, and tenants have names below it. Told by
 * the id, not by the old properties, since a rollback turns these around.
 */
function renameTrouble(before: string, { name, zoneId }: Delegated): DelegationTrouble {
	return {
		...{ stage: "guard", actor: "operator", final: true },
		message: `PlatformDomain became ${name}, and a stack that is delegated as ${before} cannot be renamed. Nothing was changed in the registrar's account.`,
		fix:
			`Set PlatformDomain back to ${before} in infra/stages.yml; to have ${name}, take the environment down first (hostmaster ` +
			`environments remove), then set it and onboard it. If zone ${zoneId} of ${name} is left over from this attempt, delete it.`,
	};
}

async function withdraw(
	{ RequestId, PhysicalResourceId = nothing, ResourceProperties }: ResourceRequest,
	endsMs: number,
): Promise<ResourceEnd> {
	const gone = { physicalId: PhysicalResourceId };
	const properties = propertiesSchema.safeParse(ResourceProperties);
	if (PhysicalResourceId === nothing || !properties.success) return gone;
	const delegated = properties.data;
	const isProven = PhysicalResourceId === idOf(delegated);
	const trouble = await withdrawDelegation(delegated, isProven ? "any" : "unproven", sessionOf(RequestId), endsMs);
	// Of a Create that ended without an answer nobody knows whether it wrote; where there is no way in, it did not.
	const isKnown = isProven || PhysicalResourceId === unprovenIdOf(delegated);
	if (!trouble || (trouble.stage === "assume-role" && !isKnown)) return gone;
	return { ...gone, failed: describeTrouble(trouble) };
}

/** By which the registrar's account tells in its log whose calls these are: at most 64 characters, no others than these. */
function sessionOf(requestId: string): string {
	return `delegate-${requestId.replace(/[^\w=,.@-]/g, "").slice(0, 50)}`;
}
