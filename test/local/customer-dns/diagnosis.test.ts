import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { edgeTarget } from "../../../domain/custom-domain.ts";
import type { Reason } from "../../../domain/domain-diagnosis/catalogue.ts";
import { diagnose } from "../../../domain/domain-diagnosis/diagnose.ts";
import type { ExpectedDomain } from "../../../domain/domain-diagnosis/expected-domain.ts";
import { platformDomain } from "../../../local/laptop.ts";
import { observeDomain } from "../../../services/observe-domain.ts";
import { setEnvironment } from "../../builders/a-cloud.ts";
import { anExpectedDomain, formerToken, token } from "../../builders/an-expected-domain.ts";
import { aScene, type Scene } from "./a-provider.ts";

let scene: Scene;
beforeEach(async () => {
	scene = await aScene();
	const resolvers = Object.values(scene.at).map(({ host, port }) => `${host}:${port}`);
	setEnvironment({
		RESOLVERS: resolvers.join(","),
		NAME_SERVER_PORT: String(scene.port),
		EDGE_PORT: "1",
		EDGE_AUTHORITY: "",
	});
});
afterEach(() => scene.close());

const target = edgeTarget(token, platformDomain);
const record = (name: string, type: string, value: string, more: { ttlSeconds?: number; force?: boolean } = {}) =>
	scene.customers.set({ name, type, values: [value], ...more });
const right = () => record("shop.acme.com", "CNAME", target);
const fault = (name: string, kind: string) => scene.customers.setFault(name, kind, true);
const rightBut = (name: string, kind: string) => () => {
	right();
	fault(name, kind);
};
const rightLater = () => {
	record("acme.com", "A", "192.0.2.1");
	fault("acme.com", "slow:60");
	right();
};

async function look(more: Partial<ExpectedDomain> = {}) {
	const expected = anExpectedDomain({ platformDomain, target, ...more });
	const { hostname, txtName, registrableDomain } = expected;
	const observed = await observeDomain({ hostname, txtName, target, registrableDomain, connects: false });
	return diagnose(expected, observed, observed.at);
}

describe("what the embedded provider can be told to do is diagnosed by its name", () => {
	it.each<[reason: Reason, act: () => void]>([
		["domain-not-registered", () => {}],
		["name-missing", () => record("acme.com", "MX", "10 mail.acme.com")],
		["cname-wrong-target", () => record("shop.acme.com", "CNAME", "shops.acme.com")],
		["cname-of-former-attempt", () => record("shop.acme.com", "CNAME", edgeTarget(formerToken, platformDomain))],
		["record-name-doubled", () => record("shop.acme.com.acme.com", "CNAME", target)],
		["servfail", rightBut("shop.acme.com", "servfail")],
		["dnssec-broken", rightBut("acme.com", "dnssec")],
		["lame-delegation", rightBut("acme.com", "lame:all")],
		["name-servers-silent", rightBut("acme.com", "silent")],
		["resolvers-disagree", rightBut("shop.acme.com", "split")],
		["name-servers-disagree", rightLater],
	])(
		"%s",
		async (reason, act) => {
			act();
			expect(await look()).toMatchObject({ reason });
		},
		20_000,
	);

	it("nothing is wrong with a zone that is right; one lame server of several keeps certificates from it, and no visitors", async () => {
		right();
		expect(await look()).toEqual({ ok: true });
		fault("acme.com", "lame");
		expect(await look()).toMatchObject({ reason: "lame-delegation" });
		expect(await look({ stage: "traffic" })).toEqual({ ok: true });
	});

	it("old-answer-held, until the TTL is over", async () => {
		record("shop.acme.com", "A", "192.0.2.7", { ttlSeconds: 300 });
		await scene.ask("first", "shop.acme.com");
		scene.customers.remove("shop.acme.com");
		right();
		expect(await look()).toMatchObject({ reason: "old-answer-held", until: expect.any(String) });
		await scene.clock.advance(300_000);
		expect(await look()).toEqual({ ok: true });
	});

	it("cname-beside-other-records and apex-has-cname, which only a forced record can be", async () => {
		record("shop.acme.com", "MX", "10 mail.acme.com");
		record("shop.acme.com", "CNAME", target, { force: true });
		expect(await look({ stage: "traffic" })).toMatchObject({ reason: "cname-beside-other-records" });
		record("acme.com", "CNAME", target, { force: true });
		const apex = { ...anExpectedDomain({ hostname: "acme.com" }), stage: "certificate" } as const;
		record(apex.txtName, "TXT", apex.txtValue);
		expect(await look({ ...apex, platformDomain, target })).toMatchObject({ reason: "apex-has-cname" });
	});
});
