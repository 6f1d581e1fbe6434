import { afterEach, describe, expect, it } from "vitest";
import { exitOfDomain } from "../../cli/domain-text.ts";
import { tenantId } from "../builders/entities.ts";
import {
	aDomain,
	allIsWell,
	anActiveDomain,
	anAttachment,
	aVerdict,
	aWrongDomain,
	hostname,
	target,
} from "./a-domain.ts";
import { aFakeApi, anActiveTenant, ok, problem, type Reply } from "./a-fake-api.ts";
import { aTerminal } from "./a-terminal.ts";

let api: Awaited<ReturnType<typeof aFakeApi>> | undefined;
afterEach(() => api?.close());

const tenant = `/v1/tenants/${tenantId}`;
const domain = `${tenant}/domains/${hostname}`;

/** A terminal in front of an API that answers so; the tenant is known by its id. */
async function facing(script: Record<string, Reply[]>) {
	api = await aFakeApi({ [`GET ${tenant}`]: [ok(anActiveTenant())], ...script });
	return { ...aTerminal({ env: api.env }), api };
}

const running = ok(anAttachment({ status: "running" }));
const failure = {
	...{ step: "VerifyOwnership", error: "WaitExpired", detail: "Waited 168 h. Last seen: txt-missing" },
	...{ actor: "operator" as const, fix: "Mend it." },
};
const expired = anAttachment({ status: "failed", failure, canRetry: true });

describe("how a domain stands, as an exit code", () => {
	it.each([
		[0, "active", null],
		[0, "suspended", "operator"],
		[0, "released", null],
		[0, "removing", "hostmaster"],
		[1, "pending", "hostmaster"],
		[1, "provisioning", "hostmaster"],
		[1, "degraded", "operator"],
		[2, "pending", "customer"],
		[2, "action-required", "customer"],
		[2, "degraded", "customer"],
		[3, "failed", "operator"],
		[3, "failed", "customer"],
	] as const)("%i: %s, %s to act", (exit, status, nextActor) => {
		expect(exitOfDomain(aDomain({ status, nextActor }))).toBe(exit);
	});

	it.each(["", " --json"])("is that of show%s", async (json) => {
		const shown = [aWrongDomain(), anActiveDomain()].map((one) => ok({ domain: one, operation: anAttachment() }));
		const { type } = await facing({ [`GET ${domain}`]: shown });
		expect((await type(`domains show ${tenantId} ${hostname}${json}`)).exit).toBe(2);
		expect((await type(`domains show ${tenantId} ${hostname}${json}`)).exit).toBe(0);
	});
});

describe("domains verify", () => {
	it("prints what was found, who has to act and the exact fix, and ends with 2", async () => {
		const { type, api } = await facing({
			[`POST ${domain}/verify`]: [ok({ domain: aWrongDomain(), diagnosis: aVerdict() })],
		});
		const { exit, stdout } = await type(`domains verify ${tenantId} ${hostname}`);
		expect(exit).toBe(2);
		expect(stdout.split("\n\n").at(-1)?.split("\n")).toEqual([
			`${hostname}  cname-wrong-target`,
			`  what      The CNAME of ${hostname} leads to shops.former.com.`,
			"  found     shops.former.com",
			`  who acts  customer: Change the CNAME of ${hostname} to ${target}.`,
			`  set       ${hostname} CNAME ${target}`,
			"",
		]);
		expect(api.lines()).not.toContain(`GET ${domain}`);
	});

	it("has domain and verdict as one document, and nothing to say of what is well", async () => {
		const seen = { domain: anActiveDomain(), diagnosis: aVerdict(allIsWell) };
		const { type } = await facing({ [`POST ${domain}/verify`]: [ok(seen)] });
		const { exit, stdout } = await type(`domains verify ${tenantId} ${hostname} --json`);
		expect({ exit, value: JSON.parse(stdout) }).toEqual({ exit: 0, value: seen });
		expect((await type(`domains verify ${tenantId} ${hostname}`)).stdout).not.toContain("All is well");
	});

	it("says that nothing stands in the way any more, while the look that decides is still to come", async () => {
		const seen = { domain: aWrongDomain(), diagnosis: aVerdict(allIsWell) };
		const { type } = await facing({ [`POST ${domain}/verify`]: [ok(seen)] });
		const { exit, stdout } = await type(`domains verify ${tenantId} ${hostname}`);
		expect(exit).toBe(2);
		expect(stdout).toContain(`${hostname}  ok`);
	});

	it("is refused, without a result, for a domain that the tenant does not have", async () => {
		const refused = problem(404, "domain-not-found", { field: "hostname", detail: "The tenant has no such domain." });
		const { type } = await facing({ [`POST ${domain}/verify`]: [refused] });
		const { exit, stdout, stderr } = await type(`domains verify ${tenantId} ${hostname}`);
		expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
		expect(stderr).toContain("hostmaster domains list");
	});

	it("waits out the ten seconds between two checks, and ends with 3 where that does not help", async () => {
		const body = { type: "/errors/too-many-checks", title: "Too soon", status: 429, requestId: "req-1" };
		const tooSoon: Reply = { status: 429, body, headers: { "retry-after": "10" } };
		const seen = { domain: anActiveDomain(), diagnosis: aVerdict(allIsWell) };
		const line = `domains verify ${tenantId} ${hostname}`;
		const { type, pauses } = await facing({ [`POST ${domain}/verify`]: [tooSoon, ok(seen), tooSoon] });
		expect((await type(line)).exit).toBe(0);
		expect(pauses).toEqual([10_000]);
		const refused = await type(line);
		expect(refused).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("in ten seconds") });
	});

	const wrong = ok({ domain: aWrongDomain(), diagnosis: aVerdict() });
	it("with --watch tells the fix at once, each step as it is done, and how the domain stands in the end", async () => {
		const stepsDone = anAttachment({ status: "succeeded" });
		const steps = stepsDone.steps.map((step) => ({
			...step,
			state: "done" as const,
			doneAt: "2026-01-01T00:00:09.000Z",
		}));
		const { type } = await facing({
			[`POST ${domain}/verify`]: [wrong],
			"GET /v1/operations/op_1": [running, ok({ ...stepsDone, steps })],
			[`GET ${domain}`]: [ok({ domain: anActiveDomain(), operation: null })],
		});
		const { exit, stdout, stderr } = await type(`domains verify ${tenantId} ${hostname} --watch`);
		expect(exit).toBe(0);
		expect(stderr).toContain(`who acts  customer: Change the CNAME of ${hostname} to ${target}.`);
		expect([...stderr.matchAll(/^ {2}(\w+) done after 9.0 s$/gm)].map(([, step]) => step)).toEqual(
			steps.map(({ name }) => name),
		);
		expect(stdout).toMatch(new RegExp(`^${hostname} {2}active\n`));
	});

	it("with --watch ends with 2, and no complaint, when the customer has not acted in time", async () => {
		const { type } = await facing({
			[`POST ${domain}/verify`]: [wrong],
			"GET /v1/operations/op_1": [running],
			[`GET ${domain}`]: [ok({ domain: aWrongDomain(), operation: null })],
		});
		const { exit, stdout } = await type(`domains verify ${tenantId} ${hostname} --watch --timeout 30 --json`);
		expect({ exit, value: JSON.parse(stdout) }).toMatchObject({
			exit: 2,
			value: { domain: { status: "action-required" } },
		});
	});
});

describe("domains add", () => {
	const begun = ok({ domain: aDomain(), operation: anAttachment() });
	const add = `POST ${tenant}/domains`;

	it("answers every record to be set and how to see on, and ends with 0", async () => {
		const { type, api } = await facing({ [add]: [begun] });
		const { exit, stdout } = await type(`domains add ${tenantId} ${hostname} --idempotency-key k1`);
		expect(exit).toBe(0);
		expect(stdout).toMatch(new RegExp(`^${hostname} +CNAME +${target} +now `, "m"));
		expect(stdout).toMatch(/^_hostmaster\.shop\.acme\.com +TXT +hostmaster-verification=\w{26} +or /m);
		expect(stdout).toContain(`See on: hostmaster domains verify ${tenantId} '${hostname}'`);
		const asked = api.heard.find(({ line }) => line === add);
		expect(asked?.headers["idempotency-key"]).toBe("k1");
		expect(JSON.parse(asked?.body ?? "")).toEqual({ hostname, validation: "http" });
	});

	it("asks for what its options say", async () => {
		const { type, api } = await facing({ [add]: [begun] });
		await type(`domains add ${tenantId} *.acme.com --validation dns --redirect-to www.acme.com`);
		const body = JSON.parse(api.heard.find(({ line }) => line === add)?.body ?? "");
		expect(body).toEqual({ hostname: "*.acme.com", validation: "dns", redirectTo: "www.acme.com" });
	});

	it.each([
		[0, "it is active", [ok(anAttachment({ status: "succeeded" }))], anActiveDomain()],
		[2, "its customer has not acted in time", [running], aWrongDomain()],
		[3, "it failed", [ok(expired)], aDomain({ status: "failed", nextActor: "operator", fix: "Mend it." })],
		[1, "it was taken down meanwhile", [ok(anAttachment({ status: "superseded" }))], aDomain({ status: "removing" })],
	] as const)("with --watch ends with %i when %s", async (exit, _, replies, after) => {
		const { type } = await facing({
			[add]: [begun],
			"GET /v1/operations/op_1": [...replies],
			[`GET ${domain}`]: [ok({ domain: after, operation: null })],
		});
		const ended = await type(`domains add ${tenantId} ${hostname} --watch --timeout 30`);
		expect(ended.exit, ended.stderr).toBe(exit);
		expect(ended.stderr).toContain(target);
		expect(ended.stdout.includes("VerifyOwnership failed: WaitExpired")).toBe(exit === 3);
	});
});

describe("domains remove --watch", () => {
	const detaching = (status: "running" | "succeeded" | "failed") =>
		anAttachment({ kind: "detach-domain", status, ...(status === "failed" && { failure: expired.failure }) });

	it.each([
		[0, "succeeded", "released"],
		[1, "failed", "removing"],
		[3, "running", "removing"],
	] as const)("ends with %i when its operation is %s", async (exit, status, after) => {
		const { type } = await facing({
			[`DELETE ${domain}`]: [ok({ domain: aDomain({ status: "removing" }), operation: detaching("running") })],
			"GET /v1/operations/op_1": [ok(detaching(status))],
			[`GET ${domain}`]: [ok({ domain: aDomain({ status: after }), operation: null })],
		});
		expect((await type(`domains remove ${tenantId} ${hostname} --watch --timeout 30`)).exit).toBe(exit);
	});
});

describe("domains list and diagnose", () => {
	it("has a line for each domain, or says that there is none", async () => {
		const { type } = await facing({
			[`GET ${tenant}/domains`]: [ok({ domains: [aWrongDomain(), anActiveDomain()] }), ok({ domains: [] })],
		});
		expect((await type(`domains list ${tenantId}`)).stdout.split("\n").slice(0, 3)).toEqual([
			"DOMAIN         STATUS           VALIDATION  WHO ACTS  WHAT TO DO",
			`${hostname}  action-required  http        customer  Change the CNAME of ${hostname} to ${target}.`,
			`${hostname}  active           http        nobody`,
		]);
		expect((await type(`domains list ${tenantId}`)).stdout).toBe("No domains.\n");
	});

	it("ends with 1 when something is wrong, for any hostname", async () => {
		const path = "GET /v1/domains/shop.acme.com/diagnosis";
		const { type } = await facing({ [path]: [ok(aVerdict({ until: "2026-01-02" })), ok(aVerdict(allIsWell))] });
		const wrong = await type(`domains diagnose ${hostname}`);
		expect(wrong).toMatchObject({ exit: 1, stdout: expect.stringMatching(/until +2026-01-02\n/) });
		expect(await type(`domains diagnose ${hostname}`)).toMatchObject({
			exit: 0,
			stdout: expect.stringMatching(/ ok\n/),
		});
	});
});

describe("the help of domains", () => {
	it.each(["domains", "domains show", "domains verify", "domains add"])(
		"names the exit codes of %s",
		async (command) => {
			const { exit, stdout } = await aTerminal({}).type(`${command} --help`);
			expect(exit).toBe(0);
			expect(stdout).toMatch(/0 active; 2 waiting for the customer; 3 failed; 1 on its way/);
		},
	);

	it("names those of diagnose", async () => {
		expect((await aTerminal({}).type("domains diagnose --help")).stdout).toContain(
			"0 nothing is wrong; 1 something is",
		);
	});
});
