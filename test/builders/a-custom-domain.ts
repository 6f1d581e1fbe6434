import { type Claim, newCustomClaim } from "../../domain/claim.ts";
import type { CustomDomain } from "../../domain/custom-domain.ts";
import type { Operation } from "../../domain/operation.ts";
import { attachSteps } from "../../domain/operation-kinds.ts";
import { token } from "./an-expected-domain.ts";
import { anOperation, longAgo, tenantId } from "./entities.ts";

export const shop = "shop.acme.com";
export const attaching = "op_01JZZZZZZZZZZZZZZZZZZATTACH";
export const certificateArn = "arn:aws:acm:us-east-1:222222222222:certificate/shop";
export const validationRecord = { name: "_x1.shop.acme.com.", value: "_x2.acm-validations.aws." };
export const notAfter = "2027-05-01T00:00:00.000Z";

export function aCustomDomain(more: Partial<CustomDomain> = {}): CustomDomain {
	return {
		...{ validation: "http", attempt: 1, token, formerTokens: [], proofs: ["cname", "txt"], requestedAt: longAgo },
		...more,
	};
}

/** A fresh claim of acme's shop.acme.com, generation 7. */
export function aDomainClaim(custom: Partial<CustomDomain> = {}, more: Partial<Claim> = {}): Claim {
	const hostname = more.hostname ?? shop;
	const asked = { hostname, tenantId, generation: 7, predecessor: undefined, custom: aCustomDomain(custom) };
	return { ...newCustomClaim(asked, longAgo), lastOperationId: attaching, ...more };
}

/** The attachment of shop.acme.com, under way. */
export function anAttachment(more: Partial<Operation> = {}): Operation {
	return anOperation({
		...{ operationId: attaching, kind: "attach-domain", hostname: shop, status: "running", steps: attachSteps },
		...more,
	});
}
