import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { handler } from "../../../functions/schedule/release-former-names.ts";
import { keys } from "../../../services/registry.ts";
import { aCloud, type Cloud } from "../../builders/a-cloud.ts";
import { aClaim, anOperation, aTenant, platformDomain, withTrue } from "../../builders/entities.ts";

const now = Date.parse("2026-11-23T12:00:00.000Z");
const former = `acme-once.${platformDomain}`;
const over = new Date(now).toISOString();
const notYet = new Date(now + 1).toISOString();

let cloud: Cloud;
beforeAll(async () => {
	cloud = await aCloud();
});
beforeEach(async () => {
	vi.useFakeTimers({ toFake: ["Date"], now });
	await cloud.reset();
	await cloud.hold({ tenant: aTenant({ formerHostnames: [former] }), claim: withTrue(aClaim(), "Serving") });
	await cloud.hold({ operation: anOperation({ status: "succeeded" }) });
});
afterEach(() => vi.useRealTimers());
afterAll(() => cloud.close());

const hold = (redirectUntil: string) =>
	cloud.hold({ claim: aClaim({ hostname: former, intent: "redirect", redirectUntil }) });
const begun = async () =>
	(await cloud.rows("registry")).filter(({ sk, kind }) => sk === "OPERATION" && kind === "release-hostname");

describe("a former name", () => {
	it("is released once it has redirected for long enough", async () => {
		await hold(over);
		await handler();
		expect(await begun()).toMatchObject([{ hostname: former, status: "queued", requestedBy: "release-former-names" }]);
		expect(await cloud.claim(former)).toMatchObject({ intent: "remove" });
		expect(cloud.sent("operations")).toHaveLength(1);
	});

	it("redirects until the last moment", async () => {
		await hold(notYet);
		await handler();
		expect(await begun()).toEqual([]);
	});

	it("redirects on when nothing says until when", async () => {
		await cloud.hold({ claim: aClaim({ hostname: former, intent: "redirect" }) });
		await handler();
		expect(await begun()).toEqual([]);
	});

	it("waits for the next hour while another operation of its tenant is under way", async () => {
		await hold(over);
		await cloud.hold({ operation: anOperation({ status: "running" }) });
		await handler();
		expect(await begun()).toEqual([]);
	});

	it("waits while an operator has stopped all new work", async () => {
		await hold(over);
		await cloud.put("registry", { ...keys.pause(), pause: { reason: "Storm", by: "ops", since: over } });
		await handler();
		expect(await begun()).toEqual([]);
	});

	it.each([
		["goes on when its release was given up for another change", { kind: "update-tenant", status: "succeeded" }, 1],
		["waits while that other change is under way", { kind: "update-tenant", status: "running" }, 0],
		[
			"is left to whoever retries a release that failed",
			{ kind: "release-hostname", hostname: former, status: "failed" },
			0,
		],
	] as const)("that is being taken down %s", async (_, last, releases) => {
		await cloud.hold({ claim: aClaim({ hostname: former, intent: "remove" }) });
		await cloud.hold({ operation: anOperation(last) });
		await handler();
		expect((await begun()).filter(({ requestedBy }) => requestedBy === "release-former-names")).toHaveLength(releases);
	});

	it("that leaves with its tenant is that operation's", async () => {
		const claim = aClaim({ intent: "remove" });
		await cloud.hold({
			tenant: aTenant(),
			claim,
			operation: anOperation({ kind: "offboard-tenant", status: "failed" }),
		});
		await handler();
		expect(await begun()).toEqual([]);
	});

	it("is left for the next hour when the registry does not answer, and the alarm hears of it", {
		timeout: 20_000,
	}, async () => {
		await hold(over);
		cloud.failing("TransactWriteItems");
		await expect(handler()).rejects.toThrow("1 former names could not be released.");
	});
});
