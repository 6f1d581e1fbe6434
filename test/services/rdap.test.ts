import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../domain/limits.ts";
import { rdapRegistrations } from "../../services/rdap.ts";
import { registrationsContract } from "../contracts/registrations.ts";
import { aRegistry } from "./a-registry.ts";

registrationsContract("RDAP", async () => {
	const registry = await aRegistry();
	return { ...registry, source: rdapRegistrations({ bootstrapUrl: registry.bootstrapUrl, timeoutMs: 300 }) };
});

let registry: Awaited<ReturnType<typeof aRegistry>>;
beforeAll(async () => {
	registry = await aRegistry();
});
afterEach(() => registry.reset());
afterAll(() => registry.close());
const source = () => rdapRegistrations({ bootstrapUrl: registry.bootstrapUrl, timeoutMs: 1_000 });
const name = "example.com";

describe("RDAP", () => {
	it("asks for the list of registries once, and each registry for RDAP's own JSON", async () => {
		const asking = source();
		await Promise.all([asking.ask("a.com"), asking.ask("b.net")]);
		await asking.ask("c.com");
		expect(registry.asked.filter((line) => line.startsWith("/rdap/"))).toHaveLength(1);
		expect(registry.asked.filter((line) => line.startsWith("/v1/domain/"))).toEqual(
			["a.com", "b.net", "c.com"].map((each) => `/v1/domain/${each} application/rdap+json, application/json`),
		);
	});

	it("asks for the list again when it did not come", async () => {
		const asking = source();
		registry.setList({ services: "none" });
		expect(await asking.ask(name)).toEqual({
			outcome: "unanswered",
			because: expect.stringContaining("answers what nobody can read (services)"),
		});
		registry.reset();
		expect(await asking.ask(name)).toMatchObject({ outcome: "not-registered" });
	});

	it("cannot ask where no list is, nor of a domain that no registry answers for", async () => {
		const lost = rdapRegistrations({ bootstrapUrl: `${registry.origin}/v1/nothing.json` });
		expect(await lost.ask(name)).toEqual({
			outcome: "unanswered",
			because: expect.stringContaining("There is nothing at http://127.0.0.1"),
		});
		expect(await source().ask("example.org")).toEqual({
			outcome: "unanswered",
			because: expect.stringContaining("No registry answers for example.org"),
		});
	});

	it("believes no answer about another domain", async () => {
		registry.answer(name, { objectClassName: "domain", ldhName: "example.net." });
		expect(await source().ask(name)).toMatchObject({
			outcome: "unanswered",
			because: expect.stringContaining("answers about example.net"),
		});
		registry.answer(name, { objectClassName: "domain", ldhName: "EXAMPLE.com." });
		expect(await source().ask(name)).toMatchObject({ outcome: "registered" });
		registry.answer(name, { objectClassName: "domain" });
		expect(await source().ask(name)).toMatchObject({ outcome: "registered" });
	});

	it.each<[string, unknown, string]>([
		["another object", { objectClassName: "entity" }, "objectClassName"],
		["no object", ["domain"], "no JSON object"],
		["a broken member", { objectClassName: "domain", events: [{ eventAction: 7 }] }, "events.0.eventAction"],
	])("does not guess at %s", async (_, document, path) => {
		registry.answer(name, document);
		expect(await source().ask(name)).toMatchObject({
			outcome: "unanswered",
			because: expect.stringContaining(`answers what nobody can read (${path})`),
		});
	});

	it("does not take silence for an answer", async () => {
		registry.say((response) => response.writeHead(204).end());
		expect(await source().ask(name)).toMatchObject({ because: expect.stringContaining("(no JSON object)") });
	});

	it("reads no answer without end", async () => {
		registry.say((response) => {
			const chunk = Buffer.alloc(100_000, " ");
			const more = () => {
				while (!response.destroyed && response.write(chunk)) {}
			};
			response.on("drain", more);
			more();
		});
		const { value } = limits.rdapDocument;
		expect(value).toBeGreaterThan(1_000_000);
		expect(await source().ask(name)).toMatchObject({
			outcome: "unanswered",
			because: expect.stringContaining("answers without end"),
		});
	});

	it("says which error kept it from asking", async () => {
		registry.setTrouble("hangs up");
		expect(await source().ask(name)).toMatchObject({ because: expect.stringMatching(/does not answer \(\w+: .*\)/) });
		registry.setTrouble("is silent");
		const hasty = rdapRegistrations({ bootstrapUrl: registry.bootstrapUrl, timeoutMs: 50 });
		expect(await hasty.ask(name)).toMatchObject({ because: expect.stringMatching(/does not answer \(.*time/i) });
	});
});
