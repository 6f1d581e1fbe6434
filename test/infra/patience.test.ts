import { globSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { limits } from "../../domain/limits.ts";
import { requestWorkMs } from "../../functions/api/plan-view.ts";
import { takenMs } from "../../functions/queue/deliver-webhooks.ts";
import { workMs as writerWorkMs } from "../../functions/queue/write-zone-changes.ts";
import { workMs as countWorkMs, fileMs } from "../../functions/schedule/count-usage.ts";
import { workMs as reconcileWorkMs } from "../../functions/schedule/reconcile.ts";
import { workMs as sweepWorkMs } from "../../functions/schedule/sweep-operations.ts";
import { workMs as webhooksWorkMs } from "../../functions/schedule/sweep-webhooks.ts";
import { readFunctions } from "../../scripts/service-file.ts";
import { clientDefaults, hastyPatience, longestCallMs, route53Patience } from "../../services/aws-client.ts";
import { longestAnswerMs } from "../../services/custom-resource-answer.ts";
import { longestQuestionMs } from "../../services/dns-query.ts";
import { postTimeoutMs } from "../../services/webhook-post.ts";
import { at, packagedTemplates, type Template } from "./packaged.ts";

let template: Template;
beforeAll(async () => {
	template = (await packagedTemplates()).nonprod;
}, 120_000);

const call = longestCallMs(clientDefaults);
const route53Call = longestCallMs(route53Patience);
const timeoutMs = (key: string) => {
	const id = `${key.charAt(0).toUpperCase()}${key.slice(1)}LambdaFunction`;
	return 1000 * Number(at(template.Resources[id], "Properties", "Timeout"));
};
const keysIn = (room: string) =>
	readFunctions().flatMap(({ key, module }) => (module.startsWith(`functions/${room}/`) ? [key] : []));

describe("a function's time", () => {
	it.each(keysIn("api"))("%s: is enough to answer by itself when AWS hangs, and the gateway still listens", (key) => {
		// Two slow reads, a write that fails or not, and a queue that does not answer.
		expect(timeoutMs(key)).toBeGreaterThan(3 * call + longestCallMs(hastyPatience));
		expect(timeoutMs(key)).toBeLessThanOrEqual(29_000);
	});

	it("startOperation: is enough for two calls that hang", () => {
		expect(timeoutMs("startOperation")).toBeGreaterThan(2 * call);
	});

	it("writeZoneChanges: is enough for a batch that begins last and hangs, for the lease, and for ringing again", () => {
		expect(timeoutMs("writeZoneChanges")).toBeGreaterThan(writerWorkMs + route53Call + 2 * call);
	});

	it("checkWaits: is enough to read a check, look and note what was seen", () => {
		expect(timeoutMs("checkWaits")).toBeGreaterThan(Math.max(call, route53Call) + 2 * call);
	});

	it("sweepOperations: is enough for repairs that begin last and hang, their touch, and the cursor", () => {
		expect(timeoutMs("sweepOperations")).toBeGreaterThan(sweepWorkMs + 3 * call);
		// The next round begins a minute later; two would ask the same.
		expect(timeoutMs("sweepOperations")).toBeLessThan(60_000);
	});

	it("reconcile: is enough for repairs that begin last and hang in four calls, and for the summary", () => {
		expect(timeoutMs("reconcile")).toBeGreaterThan(reconcileWorkMs + 4 * call + longestCallMs(hastyPatience) + call);
	});

	it("countUsage: is enough for files and rows that begin last and hang, and to keep how far it came", () => {
		expect(timeoutMs("countUsage")).toBeGreaterThan(countWorkMs + fileMs + call + call);
	});

	it.each(["showReconciliation", "runReconciliation"])(
		"%s: ends its work so early that a call may hang, and one more",
		(key) => {
			expect(timeoutMs(key)).toBeGreaterThan(
				requestWorkMs + Math.max(call, route53Call) + longestCallMs(hastyPatience),
			);
		},
	);

	it("deliverWebhooks: is enough for a receiver and four calls that hang, and over before the attempt is due again", () => {
		expect(timeoutMs("deliverWebhooks")).toBeGreaterThan(postTimeoutMs + 4 * call);
		expect(timeoutMs("deliverWebhooks")).toBeLessThan(takenMs);
	});

	it("sweepWebhooks: is enough for a page that begins last, and to send none of it", () => {
		expect(timeoutMs("sweepWebhooks")).toBeGreaterThan(webhooksWorkMs + call + (100 / 50) * call);
	});

	it("delegateZone: is enough for a look that begins last and hangs in two calls, and to answer; its resource waits longer", () => {
		const look = Math.max(2 * longestQuestionMs, 2 * route53Call, call);
		const answeredMs = 1000 * limits.delegationTime.value + look + longestAnswerMs;
		expect(timeoutMs("delegateZone")).toBeGreaterThan(answeredMs);
		const waits = Number(at(template.Resources["Delegation"], "Properties", "ServiceTimeout"));
		// Its event may wait for a minute before it is taken.
		expect(1000 * waits).toBeGreaterThanOrEqual(timeoutMs("delegateZone") + 60_000);
	});

	it("sweepWaits: is enough to find 200 due looks and to send none of them", () => {
		expect(timeoutMs("sweepWaits")).toBeGreaterThan(call + (200 / 50) * call);
	});
});

describe("a state machine's time", () => {
	it("is what an operation without an execution is given, too", () => {
		const files = globSync("statemachines/*.asl.json");
		expect(files.length).toBeGreaterThan(0);
		for (const file of files) {
			const { TimeoutSeconds } = z
				.looseObject({ TimeoutSeconds: z.number() })
				.parse(JSON.parse(readFileSync(file, "utf8")));
			const { value } = file.endsWith("attach-domain.asl.json") ? limits.attachmentTime : limits.executionTime;
			expect(TimeoutSeconds, file).toBe(value * 3_600);
		}
	});
});
