import { expect, it } from "vitest";
import { catalogue, type Reason } from "../../domain/domain-diagnosis/catalogue.ts";
import { hasTraffic, whereaboutsBy } from "../../domain/domain-diagnosis/whereabouts.ts";
import { couldNotAsk, notAsked, seen } from "../../domain/domain-observations.ts";

it.each<[Reason, string]>([
	["addresses-instead-of-cname", "elsewhere"],
	["cname-wrong-target", "elsewhere"],
	["name-missing", "elsewhere"],
	["domain-not-registered", "elsewhere"],
	["not-our-edge", "elsewhere"],
	// It leads here, and is answered: only its renewal is in danger.
	["caa-forbids", "here"],
	["caa-unknown", "here"],
	["validation-record-missing", "here"],
	["certificate-expiring", "here"],
	// Ours.
	["target-does-not-resolve", "unknown"],
	["other-tenant-answers", "unknown"],
	["could-not-ask", "unknown"],
	["edge-deploying", "unknown"],
])("%s says that an active domain leads %s", (reason, whereabouts) => {
	expect(whereaboutsBy({ reason, actor: catalogue[reason].actor })).toBe(whereabouts);
});

const answering = (tenantId: string | undefined) => seen({ outcome: "answer", status: 200, tenantId } as const);
const silent = seen({ outcome: "no-answer", because: "it hung up" } as const);
it.each([
	["one of its addresses answers for the tenant", [answering(undefined), answering("ten_1")], true],
	["another tenant answers", [answering("ten_2")], false],
	["nobody answers", [silent], false],
	["its certificate is not to be trusted, so that nobody asked", [notAsked], false],
])("visitors come to a tenant by a name: %s", (_, https, expected) => {
	const addresses = seen(https.map((http) => ({ address: "198.51.100.7", tls: notAsked, http })));
	expect(hasTraffic({ addresses }, "ten_1")).toBe(expected);
});

it("nobody knows of visitors when nobody could be asked", () => {
	expect(hasTraffic({ addresses: couldNotAsk("it took too long") }, "ten_1")).toBe(false);
});
