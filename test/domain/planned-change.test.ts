import { describe, expect, it } from "vitest";
import type { Claim } from "../../domain/claim.ts";
import { conditionTypes } from "../../domain/conditions.ts";
import { offboardingSteps } from "../../domain/operation-kinds.ts";
import { takingDown } from "../../domain/planned-change.ts";
import { aClaim, aFailedOperation, anOperation, aTenant, longAgo, withTrue } from "../builders/entities.ts";
import {
	active,
	decided,
	former,
	formerName,
	hostname,
	leave,
	moment,
	next,
	now,
	plan,
	redirectUntil,
	release,
	repair,
	repairFormer,
	resume,
	standing,
	suspend,
	tenantId,
	update,
} from "./a-standing.ts";

describe("an update", () => {
	it("changes what it names, takes away what is undefined, and leaves the rest and how the hostname stands", () => {
		const tenant = aTenant({ plan: "pro", externalRef: "cus_1" });
		const planned = plan({ kind: "update-tenant", set: { name: "Other", plan: undefined } }, standing({ tenant }));
		expect(planned.tenant).toEqual({ ...tenant, name: "Other", plan: undefined, updatedAt: now });
		expect(planned.claim).toEqual({ ...active, generation: next, revision: 2, updatedAt: now });
		expect(planned.steps).toEqual(["PublishRoute", "ProbeRoute", "CompleteUpdate"]);
	});

	it.each(["CertificateIssued", "RecordsInSync"] as const)("looks at everything again while %s is not true", (open) => {
		const claim = withTrue(aClaim(), ...conditionTypes.filter((type) => type !== open));
		const steps = ["CheckCertificate", "SyncRecords", "PublishRoute", "ProbeRoute", "CompleteUpdate"];
		expect(plan(update, standing({ claim })).steps).toEqual(steps);
	});
});

describe("suspending", () => {
	it("says why, since when and who asked, and that the edge does not know yet", () => {
		const { tenant, claim, reason, steps } = plan(suspend);
		expect(tenant.suspension).toEqual({ reason: "Unpaid.", since: now, requestedBy: "billing" });
		expect(claim.intent).toBe("suspend");
		expect(claim.conditions.RoutePublished).toMatchObject({ status: "unknown", reason: "Changing" });
		expect(claim.conditions.Serving).toMatchObject({ status: "unknown" });
		expect({ reason, steps }).toEqual({ reason: "Unpaid.", steps: ["PublishRoute", "ProbeRoute", "CompleteUpdate"] });
	});

	it("after a rename that failed does not wait for the new name while the former one is served", () => {
		const claim = withTrue(aClaim(), "CertificateIssued", "RecordsInSync", "RoutePublished");
		const how = standing({ claim, lastOperation: aFailedOperation({ kind: "rename-tenant" }) });
		expect(plan(suspend, how).steps).toEqual(["PublishRoute", "CompleteUpdate"]);
	});

	it("what is suspended already waits for the probe, like any change that can be seen", () => {
		const claim: Claim = { ...withTrue(aClaim(), "CertificateIssued", "RecordsInSync"), intent: "suspend" };
		expect(plan(suspend, standing({ claim })).steps).toContain("ProbeRoute");
	});

	it("again changes the reason, not since when", () => {
		const tenant = aTenant({ suspension: { reason: "Abuse.", since: longAgo, requestedBy: "support" } });
		const planned = plan(suspend, standing({ tenant }));
		expect(planned.tenant.suspension).toEqual({ reason: "Unpaid.", since: longAgo, requestedBy: "billing" });
	});

	it("waits neither for records that do not stand nor for a probe, which could not reach the name", () => {
		const how = standing({ claim: aClaim(), lastOperation: aFailedOperation() });
		expect(plan(suspend, how).steps).toEqual(["PublishRoute", "CompleteUpdate"]);
	});
});

describe("resuming", () => {
	it("serves again, and forgets the suspension", () => {
		const tenant = aTenant({ suspension: { reason: "Abuse.", since: longAgo, requestedBy: "support" } });
		const planned = plan(resume, standing({ tenant, claim: { ...active, intent: "suspend" } }));
		expect(planned.tenant).not.toHaveProperty("suspension");
		expect(planned.claim).toMatchObject({ intent: "serve", conditions: { Serving: { status: "unknown" } } });
		expect(planned.reason).toBe("Paid.");
	});

	it("brings to life what never was, when it was suspended before its onboarding was through", () => {
		const lastOperation = anOperation({ kind: "suspend-tenant", status: "succeeded" });
		const claim = aClaim({ intent: "suspend" });
		expect(plan(resume, standing({ claim, lastOperation })).steps).toContain("SyncRecords");
	});
});

describe("repairing a hostname", () => {
	it("looks at everything again, whatever the conditions say, and wants what was wanted", () => {
		const { claim, steps, reason, tenant } = plan(repair);
		expect(steps).toEqual(["CheckCertificate", "SyncRecords", "PublishRoute", "ProbeRoute", "CompleteUpdate"]);
		expect(claim).toMatchObject({ intent: "serve", conditions: { RecordsInSync: { status: "unknown" } } });
		expect(claim).not.toHaveProperty("redirectUntil");
		expect({ reason, tenant }).toMatchObject({ reason: "A record is missing.", tenant: { hostname } });
	});

	it("of a former name leaves until when it redirects", () => {
		const { claim } = plan(repairFormer);
		expect(claim).toMatchObject({ hostname: formerName, intent: "redirect", redirectUntil, generation: next });
	});

	it("of a former name waits until the present one is reached: it would redirect to what nobody serves", () => {
		const claim = withTrue(aClaim(), "CertificateIssued", "RecordsInSync", "RoutePublished");
		const lastOperation = anOperation({ kind: "rename-tenant", status: "superseded" });
		expect(decided(standing({ claim, lastOperation }), repairFormer)).toBe("present-first");
		expect(decided(standing({ claim: { ...claim, intent: "suspend" }, lastOperation }), repairFormer)).toBe("accepted");
	});

	it.each<[string, Claim | undefined, string]>([
		["nobody has", undefined, "claim-missing"],
		["is somebody else's", { ...former, tenantId: "ten_other" }, "claim-missing"],
		["is taken down", { ...former, intent: "remove" }, "leaving"],
		["was given back", { ...former, intent: "released" }, "leaving"],
	])("is refused for a name that %s", (_, claim, rule) => {
		const claims = new Map([[hostname, active], ...(claim ? [[formerName, claim] as const] : [])]);
		expect(decided(standing({ claims }), { kind: "repair-hostname", hostname: formerName, reason: "" })).toBe(rule);
	});
});

describe("releasing a former name", () => {
	it("takes down that name alone; the tenant goes on", () => {
		const { claims, claim, steps, hostnames, tenant } = plan(release);
		expect(claims).toHaveLength(1);
		expect(claim).toMatchObject({ hostname: formerName, intent: "remove", generation: next });
		expect(claim).not.toHaveProperty("redirectUntil");
		expect({ steps, hostnames }).toEqual({
			steps: offboardingSteps({ domains: false }),
			hostnames: [{ hostname: formerName, generation: next }],
		});
		expect(tenant).toMatchObject({ hostname, formerHostnames: [formerName] });
	});

	it("goes on where one before has failed", () => {
		const claims = new Map([
			[hostname, active],
			[formerName, { ...former, intent: "remove" as const }],
		]);
		expect(
			plan(
				release,
				standing({ claims, lastOperation: aFailedOperation({ kind: "release-hostname", hostname: formerName }) }),
			).claim.intent,
		).toBe("remove");
	});

	it.each<[string, Claim | undefined]>([
		["that is the present one", active],
		["that nobody has", undefined],
		["that is somebody else's", { ...former, tenantId: "ten_other" }],
		["that was given back", { ...former, intent: "released" }],
	])("is refused for a name %s", (_, claim) => {
		const claims = new Map([[hostname, active], ...(claim ? [[claim.hostname, claim] as const] : [])]);
		const name = claim?.hostname ?? "nobody.app.example.com";
		expect(decided(standing({ claims }), { kind: "release-hostname", hostname: name })).toBe("claim-missing");
	});
});

describe("a change that takes over from a failed one of a former name", () => {
	const lastOperation = aFailedOperation({ kind: "release-hostname", hostname: formerName });
	const withFormer = (claim: Claim) =>
		standing({ lastOperation, claims: new Map([...standing().claims, [formerName, claim]]) });

	it.each<[string, Claim]>([
		["redirects", former],
		["is taken down", { ...former, intent: "remove" }],
	])("renews that name too, which %s as before: a redrive of what failed must find that it is over", (_, before) => {
		const { claims, claim, hostnames } = plan(update, withFormer(before));
		expect(claim.hostname).toBe(hostname);
		expect(hostnames).toEqual([]);
		const { intent } = before;
		expect(claims[1]).toMatchObject({ before, after: { hostname: formerName, intent, generation: next } });
	});

	it("keeps until when it redirects", () => {
		expect(plan(update, withFormer(former)).claims[1]?.after.redirectUntil).toBe(redirectUntil);
		const { redirectUntil: _end, ...endless } = former;
		expect(plan(update, withFormer(endless)).claims[1]?.after).not.toHaveProperty("redirectUntil");
	});

	it.each<[string, Claim]>([
		["was given back", { ...former, intent: "released" }],
		["is somebody else's", { ...former, tenantId: "ten_other" }],
	])("leaves a name alone that %s", (_, claim) => {
		expect(plan(update, withFormer(claim)).claims).toHaveLength(1);
	});

	it("renews it once when it is itself about that name", () => {
		expect(plan(repairFormer, withFormer(former)).claims).toHaveLength(1);
	});
});

describe("leaving", () => {
	it("takes all names down, the present one first, which fences it", () => {
		const { claims, claim, steps, hostnames, reason } = plan(leave);
		expect(claims.map(({ after }) => `${after.hostname} ${after.intent}`)).toEqual([
			`${hostname} remove`,
			`${formerName} remove`,
		]);
		expect(claim.hostname).toBe(hostname);
		expect({ steps, reason }).toEqual({ steps: offboardingSteps({ domains: false }), reason: "Left." });
		expect(hostnames).toEqual([hostname, formerName].map((name) => ({ hostname: name, generation: next })));
	});

	it.each<[string, Claim | undefined]>([
		["are gone", undefined],
		["are somebody else's by now", { ...former, tenantId: "ten_other" }],
		["were given back", { ...former, intent: "released" }],
	])("leaves former names alone that %s", (_, claim) => {
		const claims = new Map([[hostname, active], ...(claim ? [[formerName, claim] as const] : [])]);
		expect(plan(leave, standing({ claims })).hostnames).toMatchObject([{ hostname }]);
	});

	it("of a tenant without any name is a defect, and is not written", () => {
		expect(() => takingDown(aTenant({ tenantId }), [], moment)).toThrow("no claim to take down");
	});
});
