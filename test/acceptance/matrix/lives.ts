import type { OperationKind } from "../../../domain/operation-kinds.ts";
import type { Surroundings } from "../world.ts";

/** The kinds of operation that the matrix takes through all faults. */
export type Kind = Extract<OperationKind, "onboard-tenant" | "suspend-tenant" | "rename-tenant" | "offboard-tenant">;

/** The functions that take part in an operation, one after the other, by their key in serverless.yml. */
export const partsOf: Record<Kind, readonly string[]> = {
	"onboard-tenant": [
		...["createTenant", "startOperation", "checkCertificate", "syncRecords", "publishRoute", "probeRoute"],
		...["checkWaits", "activateTenant", "recordExecution"],
	],
	"suspend-tenant": [
		...["suspendTenant", "startOperation", "publishRoute", "probeRoute", "checkWaits", "completeUpdate"],
		"recordExecution",
	],
	"rename-tenant": [
		...["renameTenant", "startOperation", "checkCertificate", "syncRecords", "publishRoute", "probeRoute"],
		...["checkWaits", "completeUpdate", "recordExecution"],
	],
	"offboard-tenant": [
		...["deleteTenant", "startOperation", "cancelRunning", "withdrawRoutes", "removeRecords", "releaseHostnames"],
		"recordExecution",
	],
};

/** A tenant of one cell; `slug` is in all that is asked for it, and in nothing that is asked for another. */
export interface Subject {
	slug: string;
	/** Once it is onboarded. */
	tenantId?: string;
}

/** Asks for the operation as a billing system does: again under the same key, until it is accepted. */
export function askFor(kind: Kind, { slug, tenantId = "" }: Subject, client: Surroundings["client"]) {
	switch (kind) {
		case "onboard-tenant":
			return client.createTenant(client.newTenant(slug));
		case "suspend-tenant":
			return client.change(tenantId, "suspend", { reason: "Invoice 7 is overdue" }, `suspend-${slug}`);
		case "rename-tenant":
			return client.change(tenantId, "rename", { slug: `${slug}-two` }, `rename-${slug}`);
		case "offboard-tenant":
			return client.remove(tenantId);
	}
}

/** What the payload of the part's invocations for this tenant contains, and that of no other does. */
export function marksOf(part: string, { slug, tenantId }: Subject, operationId?: string): string[] {
	if (part === "startOperation") return operationId === undefined ? ["none"] : [operationId];
	if (part === "recordExecution") return [slug, '"status":"SUCCEEDED"'];
	if (["suspendTenant", "renameTenant", "deleteTenant"].includes(part)) return [tenantId ?? "none"];
	return [slug];
}
