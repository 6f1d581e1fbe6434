import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { attachSteps } from "../../domain/operation-kinds.ts";
import { type Domains, domainsAt } from "./domain-world.ts";
import { jumpingClock } from "./jumping-clock.ts";
import { aWorld, stack, statesEntered, type World } from "./world.ts";

const hostnames = Array.from({ length: 6 }, (_, at) => `shop-${at + 1}.acme.com`);
/** Functions that a queue or a rule invokes, and that may therefore be invoked twice. */
const delivered = ["startOperation", "checkWaits", "recordExecution"];
const functions = ["awaitDomain", "requestCertificate", "attachEdge", "publishRoute", "activateTenant"];

describe("six domains while 5 % of the AWS calls fail, deliveries repeat and every step's function dies once", () => {
	let world: World;
	let domains: Domains;
	let acme: string;
	beforeAll(async () => {
		const clock = jumpingClock();
		world = await aWorld({ insyncDelayMs: 0, clock, faults: { rate: 0.05, seed: "domains" } });
		domains = domainsAt(world);
		acme = await domains.tenant("acme");
		const { faults } = world.cloud;
		for (const key of functions) faults.order({ kind: "crash", functionName: stack.functionName(key), when: "after" });
		for (const key of delivered) faults.order({ kind: "duplicate", functionName: stack.functionName(key), times: 3 });
		await Promise.all(
			hostnames.map(async (hostname, at) => {
				const validation = at % 2 === 0 ? "http" : "dns";
				const { records } = await accepted(hostname, validation);
				for (const { name, type, value } of records) {
					if (name !== null && value !== null) await domains.set(name, type, value);
				}
			}),
		);
		// A look that failed comes again after a minute, and a message of what died after its visibility timeout: that time passes faster.
		const isActive = async (hostname: string) => (await domains.show(acme, hostname)).domain.status === "active";
		for (const hostname of hostnames) {
			while (!(await isActive(hostname).catch(() => false))) {
				clock.jumpTo(Date.now() + 11_000);
				await domains.verify(acme, hostname).catch(() => undefined);
			}
		}
	}, 180_000);
	afterAll(async () => {
		domains?.leave();
		await world?.close();
		vi.useRealTimers();
	});

	/** As a billing system does it: the same request under the same key, until it is accepted; then until ACM has told its record. */
	async function accepted(hostname: string, validation: string) {
		const key = crypto.randomUUID();
		const path = `/v1/tenants/${acme}/domains`;
		for (;;) {
			const { status } = await world.call("POST", path, { body: { hostname, validation }, key });
			if (status !== 202) continue;
			const { domain } = await domains.show(acme, hostname).catch(() => ({ domain: undefined }));
			if (domain?.records.every(({ value }) => value !== null)) return domain;
		}
	}

	it("all end active, and none twice", async () => {
		world.cloud.faults.setRate(0);
		for (const hostname of hostnames) {
			const { domain, operation } = await domains.show(acme, hostname);
			expect({ hostname, status: domain.status, attempt: domain.attempt }).toEqual({
				hostname,
				status: "active",
				attempt: 1,
			});
			const history = await world.history(`${operation?.operationId}-1`, "attach-domain");
			expect(statesEntered(history)).toEqual([...attachSteps]);
		}
	});

	it("have one certificate and one distribution tenant each, and are served as themselves", async () => {
		expect(await domains.certificates()).toEqual(hostnames.toSorted());
		expect(await domains.distributionTenants()).toEqual(hostnames.toSorted());
		for (const hostname of hostnames) {
			expect(await domains.open(hostname)).toMatchObject({ status: 200, tenantId: acme });
		}
	});

	it("really met all of those faults", () => {
		const given = world.cloud.faults.given();
		for (const key of functions) expect(given).toHaveProperty([`${stack.functionName(key)} crash after`]);
		for (const key of delivered) expect(given).toHaveProperty([`${stack.functionName(key)} duplicate`]);
	});
});
