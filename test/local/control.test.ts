import { beforeEach, describe, expect, it, vi } from "vitest";
import { createControl } from "../../local/control.ts";

describe("the switches of the embedded cloud", () => {
	const turned = {
		refuse: vi.fn(),
		allow: vi.fn(),
		setServfail: vi.fn(),
		setUnreachable: vi.fn(),
		setRate: vi.fn(),
		order: vi.fn(),
		setInsyncDelayMs: vi.fn(),
		show: vi.fn(),
		setValidityDays: vi.fn(),
	};
	// Object() for its type: of each service only what a switch turns or a count reads.
	const services = Object({
		route53: {
			refuse: turned.refuse,
			allow: turned.allow,
			setInsyncDelayMs: turned.setInsyncDelayMs,
			calls: () => ({ ChangeResourceRecordSets: 3 }),
		},
		acm: { show: turned.show, setValidityDays: turned.setValidityDays },
		dns: { setServfail: turned.setServfail },
		dynamodb: { setUnreachable: turned.setUnreachable },
		states: { transitions: () => 41 },
		lambda: { invocations: () => ({ createTenant: 2 }) },
		sqs: { depth: () => [{ queueName: "operations", visible: 2 }] },
	});
	const faults = Object({
		setRate: turned.setRate,
		order: turned.order,
		given: () => ({ "route53.GetChange reset": 1 }),
	});
	const control = createControl({ faults, services, calls: () => ({ "sqs.SendMessage": 7 }) });

	beforeEach(() => {
		vi.clearAllMocks();
	});

	const post = (name: string, body: unknown) =>
		control({ method: "POST", path: `/_local/${name}`, body: typeof body === "string" ? body : JSON.stringify(body) });
	const said = (answer: ReturnType<typeof control>) => [answer?.status, JSON.parse(answer?.body ?? "null")];

	it.each<[string, object, keyof typeof turned, unknown[]]>([
		["refuse", { name: "a.test", reason: "why" }, "refuse", ["a.test", "why"]],
		["refuse", { name: "a.test" }, "refuse", ["a.test", undefined]],
		["allow", { name: "a.test" }, "allow", ["a.test"]],
		["servfail", { name: "a.test", on: true }, "setServfail", ["a.test", true]],
		["unreachable", { table: "map", on: false }, "setUnreachable", ["map", false]],
		["faults", { rate: 0.05 }, "setRate", [0.05]],
		["certificate", { arn: "arn:1" }, "show", ["arn:1", {}]],
		["certificate", { arn: "arn:1", daysLeft: 5 }, "show", ["arn:1", { notAfter: expect.any(Date) }]],
		["validity", { days: 47 }, "setValidityDays", [47]],
		["insync", { delayMs: 0 }, "setInsyncDelayMs", [0]],
		["fault", { kind: "reset", service: "sqs", times: 3 }, "order", [{ kind: "reset", service: "sqs", times: 3 }]],
		["fault", { kind: "duplicate" }, "order", [{ kind: "duplicate" }]],
		["fault", { kind: "crash", when: "after" }, "order", [{ kind: "crash", when: "after" }]],
	])("%s takes %j and turns what it says", (name, body, turns, args) => {
		expect(said(post(name, body))).toEqual([200, { done: name }]);
		expect(turned[turns].mock.calls).toEqual([args]);
		for (const [other, turn] of Object.entries(turned)) if (other !== turns) expect(turn).not.toHaveBeenCalled();
	});

	it.each<[string, unknown]>([
		["faults", { rate: 1.01 }],
		["faults", "no JSON"],
		["servfail", { name: "a.test" }],
		["insync", { delayMs: -1 }],
		["fault", { kind: "crash" }],
		["fault", { kind: "reset", service: "sqs", times: 0 }],
	])("%s turns nothing on %j, and says what it takes", (name, body) => {
		const [status, answer] = said(post(name, body));
		expect(status).toBe(400);
		expect(answer.error).toContain(`'${name}' takes JSON such as {`);
		for (const turn of Object.values(turned)) expect(turn).not.toHaveBeenCalled();
	});

	it.each(["", "explode", "toString", "constructor", "faults/"])("there is no switch '%s'", (name) => {
		expect(post(name, {})?.status).toBe(404);
	});

	it("a switch is turned by POST alone", () => {
		expect(control({ method: "GET", path: "/_local/faults", body: '{"rate":1}' })?.status).toBe(404);
		expect(turned.setRate).not.toHaveBeenCalled();
	});

	it("lists all switches, each with an example that it takes", () => {
		const [status, examples] = said(control({ method: "GET", path: "/_local/", body: "" }));
		expect(status).toBe(200);
		expect(Object.keys(examples)).toEqual([
			"refuse",
			"allow",
			"servfail",
			"unreachable",
			"faults",
			"fault",
			"certificate",
			"validity",
			"insync",
		]);
		for (const [name, example] of Object.entries<string>(examples)) expect(post(name, example)?.status).toBe(200);
	});

	it("counts what has happened so far", () => {
		expect(said(control({ method: "GET", path: "/_local/counts", body: "" }))).toEqual([
			200,
			{
				calls: { "sqs.SendMessage": 7 },
				route53Calls: { ChangeResourceRecordSets: 3 },
				invocations: { createTenant: 2 },
				stateTransitions: 41,
				queues: [{ queueName: "operations", visible: 2 }],
				faults: { "route53.GetChange reset": 1 },
			},
		]);
	});

	it.each(["/", "/_local", "/_locally/faults", "/2013-04-01/hostedzone"])("leaves %s to AWS's services", (path) => {
		expect(control({ method: "POST", path, body: "{}" })).toBeUndefined();
	});
});
