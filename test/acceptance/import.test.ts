import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { conditionsSchema } from "../../domain/conditions.ts";
import { importRoutes } from "../../functions/api/contracts/imports.ts";
import { eventually } from "../../local/demo/client.ts";
import { aWorld, hostnameOf, stack, type World } from "./world.ts";

const planSchema = importRoutes.createImport.reply.schema;
const importSchema = importRoutes.showImport.reply.schema;
const linesSchema = importRoutes.listImportLines.reply.schema;

const importsTable = "hostmaster-nonprod-imports";
const slugs = Array.from({ length: 60 }, (_, at) => `bulk-${at + 1}`);
const adopted = slugs.slice(0, 10);
/** Their records stand too, and nobody else is in their file. */
const late = ["late-1", "late-2", "late-3"];

describe("an import of sixty tenants", () => {
	let world: World;
	let file: string;
	let importId: string;
	beforeAll(async () => {
		world = await aWorld();
		const onboard = async (slug: string) => {
			const { operation } = await world.client.createTenant(world.client.newTenant(slug));
			await world.client.follow(operation.operationId, 60_000, () => {});
		};
		await Promise.all(["stands", "taken"].map(onboard));
		// Somebody was here before us, and set the records of some by hand, and one that is not ours.
		const { route53 } = world.cloud.services;
		const dnsName = world.cloud.resolver.attribute("Distribution", "DomainName");
		const alias = { dnsName: `${dnsName}.`, hostedZoneId: "Z2FDTNDATAQYW2", evaluateTargetHealth: false };
		for (const slug of [...adopted, ...late]) {
			for (const type of ["A", "AAAA"] as const) route53.setRecord({ name: hostnameOf(slug), type, alias });
		}
		route53.setRecord({
			...{ name: hostnameOf("foreign"), type: "CNAME", ttlSeconds: 300, values: ["elsewhere.example.com"] },
		});
		const line = (slug: string, more: object = {}) => JSON.stringify({ ...world.client.newTenant(slug), ...more });
		file = [
			...slugs.map((slug) => line(slug)),
			line("stands"),
			line("taken", { externalRef: "cus_other" }),
			line("www"),
			line("bulk-1", { externalRef: "cus_again" }),
			line("foreign"),
			"{not json",
			line("nowhere", { origin: { host: "attacker.example" } }),
			"",
		].join("\n");
	}, 180_000);
	afterAll(() => world?.close());

	const post = (query: string, key: string, body = file) => world.post(`/v1/imports${query}`, key, body);
	const show = async () => importSchema.parse((await world.call("GET", `/v1/imports/${importId}`)).json);
	const end = () =>
		eventually("the import's end", 90_000, async () => {
			const seen = await show();
			return seen.status === "done" ? seen : undefined;
		});
	const kept = async () => ({
		registry: (await world.rows(stack.registryTable)).length,
		imports: (await world.rows(importsTable)).length,
		zoneWrites: zoneWrites(),
	});
	const zoneWrites = () => world.cloud.services.route53.calls()["ChangeResourceRecordSets"] ?? 0;

	it("is planned line by line, and a dry run keeps nothing", async () => {
		const before = await kept();
		const answer = await post("?dryRun=true", "dry");
		expect(answer.status, answer.text).toBe(202);
		const plan = planSchema.parse(answer.json);
		expect(plan).toMatchObject({ importId: null, planned: { new: 60, same: 1, conflict: 4, invalid: 2, adopted: 10 } });
		expect(plan.lines.map(({ line, state, problem }) => [line, state, problem?.field, problem?.rule])).toEqual([
			[61, "same", undefined, undefined],
			[62, "conflict", "slug", "unique"],
			[63, "conflict", "slug", "reserved"],
			[64, "conflict", "slug", "repeated"],
			[65, "conflict", "slug", "record-exists"],
			[66, "invalid", "line", "json"],
			[67, "invalid", "origin.host", "not-allowed"],
		]);
		expect(await kept()).toEqual(before);
	});

	it("is applied: all new ones come to life, and nothing is written for those whose records stood", async () => {
		const answer = await post("", "file-1");
		expect(answer.status, answer.text).toBe(202);
		importId = planSchema.parse(answer.json).importId ?? "";
		expect(answer.headers.get("location")).toBe(`/v1/imports/${importId}`);
		const done = await end();
		expect(done.progress).toEqual({ waiting: 0, open: 0, active: 60, failed: 0, refused: 0 });
		for (const slug of ["bulk-1", "bulk-60"])
			expect(await world.viewer.open(hostnameOf(slug))).toMatchObject({ status: 200 });
		// A claim says by which way its records came to stand.
		const reasons = new Map(
			(await world.rows(stack.registryTable)).flatMap(({ hostname, conditions }) => {
				const { data } = conditionsSchema.safeParse(conditions);
				return data ? [[String(hostname), data.RecordsInSync.reason]] : [];
			}),
		);
		for (const slug of slugs) {
			expect.soft(reasons.get(hostnameOf(slug)), slug).toBe(adopted.includes(slug) ? "Adopted" : "InSync");
		}
		const operations = (await world.operations()).filter(({ correlationId }) => correlationId === importId);
		expect(operations).toHaveLength(60);
	});

	it("shows what became of every line", async () => {
		const answer = await world.call("GET", `/v1/imports/${importId}/lines`);
		const { lines, next } = linesSchema.parse(answer.json);
		expect(next).toBeNull();
		expect(lines).toHaveLength(67);
		expect(lines.filter(({ operationId }) => operationId !== undefined)).toHaveLength(60);
		expect(lines.filter(({ adopted: stood }) => stood)).toHaveLength(10);
	});

	it("is answered as before when it comes again under its key, and is all the same under another", async () => {
		const again = planSchema.parse((await post("", "file-1")).json);
		expect(again.importId).toBe(importId);
		const plan = planSchema.parse((await post("?dryRun=true", "file-2")).json);
		expect(plan.planned).toMatchObject({ new: 0, same: 61 });
		const reused = await post("", "file-1", `${file}\n{}`);
		expect(reused).toMatchObject({ status: 422, json: { type: "/errors/idempotency-key-reused" } });
	});

	it("of names whose records all stand costs no change of the zone", async () => {
		const before = zoneWrites();
		const lines = late.map((slug) => JSON.stringify(world.client.newTenant(slug))).join("\n");
		const plan = planSchema.parse((await post("", "file-3", lines)).json);
		expect(plan).toMatchObject({ planned: { new: 3, adopted: 3 }, estimatedSeconds: 0, lines: [] });
		importId = plan.importId ?? "";
		expect((await end()).progress).toMatchObject({ active: 3, failed: 0 });
		expect(zoneWrites()).toBe(before);
		for (const slug of late) expect(await world.viewer.open(hostnameOf(slug))).toMatchObject({ status: 200 });
	});

	it("is in the list of imports, the newest first", async () => {
		const { json } = await world.call("GET", "/v1/imports");
		const { imports } = z.object({ imports: z.array(z.object({ importId: z.string() })) }).parse(json);
		expect(imports).toHaveLength(2);
		expect(imports[0]).toMatchObject({ importId });
	});
});
