import { newCustomClaim } from "../../domain/claim.ts";
import type { ConditionType } from "../../domain/conditions.ts";
import { type DomainView, domainView } from "../../domain/domain-view.ts";
import { attachSteps } from "../../domain/operation-kinds.ts";
import type { OperationView } from "../../domain/operation-view.ts";
import type { DiagnosisView } from "../../functions/api/contracts/domains.ts";
import { aTenant, longAgo, platformDomain, tenantId, withTrue } from "../builders/entities.ts";
import { aShownOperation } from "./a-fake-api.ts";

export const hostname = "shop.acme.com";
const token = "0123456789abcdefghjkmnpqrs";
export const target = `${token}.edge.${platformDomain}`;
const fix = `Change the CNAME of ${hostname} to ${target}.`;

/** A verdict, as an API shows it: the CNAME leads elsewhere. */
export function aVerdict(more: Partial<DiagnosisView> = {}): DiagnosisView {
	return {
		...{ hostname, ok: false, reason: "cname-wrong-target", actor: "customer", fix },
		message: `The CNAME of ${hostname} leads to shops.former.com.`,
		found: "shops.former.com",
		record: { name: hostname, type: "CNAME", value: target },
		until: null,
		...more,
	};
}

export const allIsWell = { ok: true, reason: null, message: "All is well.", actor: null, fix: null } as const;

/** A fresh custom domain of acme's, as an API shows it; `done`: its conditions that are true. */
export function aDomain(more: Partial<DomainView> = {}, ...done: ConditionType[]): DomainView {
	const custom = {
		...{ validation: "http" as const, attempt: 1, token, formerTokens: [], requestedAt: longAgo },
		proofs: ["cname" as const, "txt" as const],
	};
	const claim = newCustomClaim({ hostname, tenantId, generation: 7, predecessor: undefined, custom }, longAgo);
	const shown = { ...withTrue(claim, ...done), lastOperationId: "op_1" };
	const tenant = aTenant({ customHostnames: [hostname] });
	return { ...domainView(shown, tenant, { platformDomain, check: undefined }), ...more };
}

/** As it stands when its customer's record is wrong. */
export function aWrongDomain(more: Partial<DomainView> = {}): DomainView {
	const waiting = {
		...{ kind: "domain-ownership" as const, since: longAgo, nextCheckAt: "2026-01-01T00:01:00.000Z" },
		lastSeen: "cname-wrong-target: it leads elsewhere",
	};
	return aDomain({ status: "action-required", nextActor: "customer", fix, waiting, ...more });
}

export function anActiveDomain(more: Partial<DomainView> = {}): DomainView {
	return aDomain({ status: "active", nextActor: null, fix: null, ...more });
}

/** The attachment of that domain, as an API shows it. */
export function anAttachment(more: Partial<OperationView> = {}): OperationView {
	const steps = [...attachSteps];
	return { ...aShownOperation({ operationId: "op_1", kind: "attach-domain", hostname, steps }), ...more };
}
