import { describe, expect, it } from "vitest";
import { errorTable } from "../../domain/errors.ts";
import type { ChangeRefusal } from "../../domain/tenant-change.ts";
import { changeRefused } from "../../functions/change-refused.ts";
import { aFailedOperation, anOperation, operationId } from "../builders/entities.ts";

const until = "2027-03-31T00:00:00.000Z";

describe("what whoever asked is told of a change that is refused", () => {
	it.each<[ChangeRefusal, string, number, string | undefined, string | undefined, string]>([
		[
			{ rule: "in-progress", operation: anOperation() },
			"OperationInProgress",
			409,
			undefined,
			"one-at-a-time",
			operationId,
		],
		[
			{ rule: "onboarding-unfinished", operation: aFailedOperation() },
			...(["OnboardingUnfinished", 409, undefined, "onboarded", `POST /v1/operations/${operationId}/retry`] as const),
		],
		[
			{ rule: "present-first", operation: aFailedOperation() },
			...(["OnboardingUnfinished", 409, undefined, "present-first", `'${operationId}' (onboard-tenant) of`] as const),
		],
		[{ rule: "leaving" }, "TenantLeaving", 409, undefined, "leaving", "deleted"],
		[{ rule: "same-name" }, "InvalidRequest", 400, "slug", "new", "already"],
		[{ rule: "too-many-names" }, "TooManyFormerNames", 409, "slug", "maximum", "5 former names"],
		[{ rule: "taken" }, "SlugTaken", 409, "slug", "unique", "another tenant"],
		[{ rule: "quarantined", until }, "SlugQuarantined", 409, "slug", "quarantine", until],
	])("names the member, the rule and what to do: %j", (refusal, name, status, field, rule, detail) => {
		const error = changeRefused(refusal);
		expect(error).toMatchObject({ name, detail: expect.stringContaining(detail) });
		expect([error.field, error.rule, errorTable[error.name].status]).toEqual([field, rule, status]);
	});

	it("is nothing of a registry that is not as it must be: that is ours to mend", () => {
		expect(() => changeRefused({ rule: "claim-missing", hostname: "a.example.com" })).toThrow("a.example.com");
	});
});
