import type { EventOut } from "./events.ts";

/** The state machines, by the name of their file in statemachines/. */
export type Machine = "onboard-tenant" | "update-tenant" | "offboard-tenant" | "attach-domain" | "detach-domain";

interface KindEntry {
	machine: Machine;
	/** The events that tell of its ends. */
	succeeded: EventOut;
	failed: EventOut;
}

/** Every kind of operation: the machine that carries it out, and what the platform is told at its end. */
export const kindTable = {
	"onboard-tenant": { machine: "onboard-tenant", succeeded: "TenantActivated", failed: "TenantOnboardingFailed" },
	"update-tenant": { machine: "update-tenant", succeeded: "TenantUpdated", failed: "TenantUpdateFailed" },
	"suspend-tenant": { machine: "update-tenant", succeeded: "TenantSuspended", failed: "TenantSuspensionFailed" },
	"resume-tenant": { machine: "update-tenant", succeeded: "TenantResumed", failed: "TenantResumptionFailed" },
	"rename-tenant": { machine: "update-tenant", succeeded: "TenantRenamed", failed: "TenantRenameFailed" },
	/** What the reconciler asks for: makes one hostname again what the registry says. */
	"repair-hostname": { machine: "update-tenant", succeeded: "HostnameRepaired", failed: "HostnameRepairFailed" },
	"offboard-tenant": { machine: "offboard-tenant", succeeded: "TenantOffboarded", failed: "TenantOffboardingFailed" },
	/** A former name's end, when it has redirected for long enough. */
	"release-hostname": { machine: "offboard-tenant", succeeded: "HostnameReleased", failed: "HostnameReleaseFailed" },
	/** Another of the tenant's names becomes the one that the others redirect to. */
	"change-primary": { machine: "update-tenant", succeeded: "PrimaryChanged", failed: "PrimaryChangeFailed" },
	"attach-domain": { machine: "attach-domain", succeeded: "DomainActive", failed: "DomainFailed" },
	"detach-domain": { machine: "detach-domain", succeeded: "DomainDetached", failed: "DomainDetachFailed" },
} as const satisfies Record<string, KindEntry>;

export type OperationKind = keyof typeof kindTable;

/** The kinds, in the table's order; not empty, as an enum's schema demands. */
export const operationKinds = Object.keys(kindTable) as [OperationKind, ...OperationKind[]]; // Object.keys forgets the keys' type

/** The Task states of onboarding, and what old rows without `steps` mean. */
export const onboardingSteps = ["CheckCertificate", "SyncRecords", "PublishRoute", "ProbeRoute", "ActivateTenant"];

/** The Task states by which a custom domain comes to life. */
export const attachSteps = [
	"VerifyOwnership",
	"RequestCertificate",
	"AwaitCertificate",
	"AttachEdge",
	"AwaitEdge",
	"PublishRoute",
	"AwaitTraffic",
	"ActivateTenant",
];

/** The Task states by which a custom domain is taken down. */
export const detachSteps = ["CancelRunning", "WithdrawRoutes", "DetachEdge", "ReleaseHostnames"];

/** The Task states of a taking down; the machine's Choice goes by this list. `domains`: custom ones are among the names. */
export function offboardingSteps({ domains }: { domains: boolean }): string[] {
	return ["CancelRunning", "WithdrawRoutes", "RemoveRecords", ...(domains ? ["DetachEdge"] : []), "ReleaseHostnames"];
}

/**
 * The Task states of an update; the machine's Choices go by this list. `records`: certificate and zone records are looked at again;
 * `probe`: the name resolves, so that a request through the edge can tell when the change has arrived.
 */
export function updateSteps({ records, probe }: { records: boolean; probe: boolean }): string[] {
	return [
		...(records ? ["CheckCertificate", "SyncRecords"] : []),
		"PublishRoute",
		...(probe ? ["ProbeRoute"] : []),
		"CompleteUpdate",
	];
}
