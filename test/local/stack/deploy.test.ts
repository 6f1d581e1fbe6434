import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anAccount, aQueue, type Opened } from "./an-account.ts";

let opened: Opened;
beforeEach(async () => {
	opened = await anAccount();
});
afterEach(() => opened.close());

const broken = { Type: "AWS::IAM::Policy", Properties: {} };

describe("a stack", () => {
	it("is made from its template, with progress, and nothing happens when it is deployed again", async () => {
		const template = {
			Second: aQueue("second", { DependsOn: "First" }),
			First: aQueue("first"),
			Log: { Type: "AWS::Logs::LogGroup" },
		};
		const resolver = await opened.deploy(template);
		expect(opened.steps()).toEqual(["First CREATE_COMPLETE", "Second CREATE_COMPLETE", "Log CREATE_COMPLETE"]);
		expect(resolver.ref("First")).toMatch(/\/first$/);
		expect(opened.status()).toBe("deployed");
		await opened.deploy(template);
		expect(opened.steps()).toEqual([]);
	});

	it("becomes what another template says: what is new is made, what stays is kept, what is gone goes", async () => {
		const resolver = await opened.deploy({ Stays: aQueue("stays"), Goes: aQueue("goes"), Changes: aQueue("changes") });
		opened.account.sqs.send(resolver.attribute("Stays", "Arn"), "kept");
		opened.steps();
		const changes = { Type: "AWS::SQS::Queue", Properties: { QueueName: "changes", VisibilityTimeout: 7 } };
		await opened.deploy({ Stays: aQueue("stays"), Changes: changes, Comes: aQueue("comes") });
		expect(opened.steps()).toEqual(["Changes UPDATE_COMPLETE", "Comes CREATE_COMPLETE", "Goes DELETE_COMPLETE"]);
		expect(opened.account.sqs.depth()).toMatchObject([
			{ queueName: "changes" },
			{ queueName: "comes" },
			{ queueName: "stays", visible: 1 },
		]);
	});

	it("holds what its conditions turn on", async () => {
		const template = { Always: aQueue("always"), Sometimes: aQueue("sometimes", { Condition: "IsOn" }) };
		const more = (On: string) => ({
			Parameters: { On: { Type: "String" } },
			Conditions: { IsOn: { "Fn::Equals": [{ Ref: "On" }, "yes"] } },
			values: { On },
		});
		await opened.deploy(template, more("no"));
		expect(opened.queues()).toEqual(["always"]);
		await opened.deploy(template, more("yes"));
		expect(opened.queues()).toEqual(["always", "sometimes"]);
		await opened.deploy(template, more("no"));
		expect(opened.queues()).toEqual(["always"]);
	});

	it("puts another resource in the place of one that cannot be changed, and then takes that one away", async () => {
		await opened.deploy({
			Queue: aQueue("one"),
			Zone: { Type: "AWS::Route53::HostedZone", Properties: { Name: "a.test" } },
		});
		opened.steps();
		await opened.deploy({
			Queue: aQueue("two"),
			Zone: { Type: "AWS::Route53::HostedZone", Properties: { Name: "b.test" } },
		});
		expect(opened.steps()).toEqual([
			"Queue UPDATE_COMPLETE",
			"Zone UPDATE_COMPLETE",
			"Zone DELETE_COMPLETE",
			"Queue DELETE_COMPLETE",
		]);
		expect(opened.queues()).toEqual(["two"]);
		expect(opened.account.route53.hosted().map(({ name }) => name)).toEqual(["b.test."]);
	});

	it("keeps what goes on under another logical id", async () => {
		await opened.deploy({ Old: aQueue("same") });
		opened.steps();
		await opened.deploy({ New: aQueue("same") });
		expect(opened.steps()).toEqual(["New CREATE_COMPLETE", "Old DELETE_SKIPPED"]);
		expect(opened.queues()).toEqual(["same"]);
	});

	it("stays as far as it came when a resource fails, says which and why, and goes on from there", async () => {
		const failing = opened.deploy({ First: aQueue("first"), Broken: broken, Last: aQueue("last") });
		await expect(failing).rejects.toMatchObject({ name: "StackFailure", logicalId: "Broken" });
		expect(opened.steps()).toEqual(["First CREATE_COMPLETE", "Broken CREATE_FAILED"]);
		expect(opened.reasons).toEqual([expect.stringContaining("policies stand in their roles")]);
		expect(opened.account.stacks.get("stack")).toMatchObject({ status: "failed", deployed: undefined });
		await opened.deploy({ First: aQueue("first"), Last: aQueue("last") });
		expect(opened.steps()).toEqual(["Last CREATE_COMPLETE"]);
	});

	it("is changed by one at a time", async () => {
		const first = opened.deploy({ First: aQueue("first") });
		await expect(opened.deploy({ Second: aQueue("second") })).rejects.toThrow("being changed already");
		await first;
		expect(opened.queues()).toEqual(["first"]);
	});

	it("writes records, changes and removes them", async () => {
		const zone = { Type: "AWS::Route53::HostedZone", Properties: { Name: "a.test" } };
		const record = (...ResourceRecords: string[]) => ({
			Type: "AWS::Route53::RecordSet",
			Properties: { HostedZoneId: { Ref: "Zone" }, Name: "x.a.test", Type: "TXT", TTL: "60", ResourceRecords },
		});
		const resolver = await opened.deploy({ Zone: zone, Record: record('"one"') });
		const texts = () => opened.account.route53.records(resolver.ref("Zone")).filter(({ type }) => type === "TXT");
		expect(texts()).toMatchObject([{ name: "x.a.test.", ttlSeconds: 60, values: ['"one"'] }]);
		await opened.deploy({ Zone: zone, Record: record('"two"') });
		expect(texts()).toMatchObject([{ values: ['"two"'] }]);
		await opened.deploy({ Zone: zone });
		expect(texts()).toEqual([]);
	});
});

describe("a stack's end", () => {
	it("takes each resource before those that it names, and leaves what is to be retained", async () => {
		const retained = aQueue("retained", { DeletionPolicy: "Retain" });
		await opened.deploy({
			Third: aQueue("third", { DependsOn: "Second" }),
			Second: aQueue("second", { DependsOn: "First" }),
			First: retained,
		});
		opened.steps();
		await opened.remove();
		expect(opened.steps()).toEqual(["Third DELETE_COMPLETE", "Second DELETE_COMPLETE", "First DELETE_SKIPPED"]);
		expect(opened.queues()).toEqual(["retained"]);
		expect(opened.account.stacks.list()).toEqual([]);
		await opened.remove();
	});

	it("stops at what has to stay, and goes on when it is free", async () => {
		const zone = { Type: "AWS::Route53::HostedZone", Properties: { Name: "a.test" } };
		await opened.deploy({ Queue: aQueue("first"), Zone: zone });
		const { route53 } = opened.account;
		route53.setRecord({ name: "x.a.test", type: "A", ttlSeconds: 60, values: ["192.0.2.1"] });
		await expect(opened.remove()).rejects.toMatchObject({ name: "StackFailure", logicalId: "Zone" });
		expect(opened.status()).toBe("failed");
		expect(opened.queues()).toEqual(["first"]);
		route53.removeRecord("x.a.test");
		await opened.remove();
		expect(opened.queues()).toEqual([]);
		expect(route53.hosted()).toEqual([]);
	});
});

describe("an account that is opened again", () => {
	it("leaves what somebody has changed by hand as it is, and so does a deployment that changes something else", async () => {
		const zone = { Type: "AWS::Route53::HostedZone", Properties: { Name: "a.test" } };
		const properties = {
			HostedZoneId: { Ref: "Zone" },
			Name: "a.test",
			Type: "TXT",
			TTL: "60",
			ResourceRecords: ['"ours"'],
		};
		const template = { Zone: zone, Record: { Type: "AWS::Route53::RecordSet", Properties: properties } };
		await opened.deploy(template);
		opened.account.route53.setRecord({ name: "a.test", type: "TXT", ttlSeconds: 60, values: ['"theirs"'] });
		await opened.reopen();
		await opened.deploy({ ...template, Queue: aQueue("more") });
		const [hosted] = opened.account.route53.hosted();
		const records = opened.account.route53.records(hosted?.id ?? "");
		expect(records.find(({ type }) => type === "TXT")).toMatchObject({ values: ['"theirs"'] });
	});

	it("has its stacks as they were, without a step", async () => {
		await opened.deploy({
			Queue: aQueue("first"),
			Bus: { Type: "AWS::Events::EventBus", Properties: { Name: "bus" } },
		});
		opened.steps();
		await opened.reopen();
		expect(opened.steps()).toEqual([]);
		expect(opened.status()).toBe("deployed");
		expect(opened.account.stacks.resources("stack").map(({ logicalId }) => logicalId)).toEqual(["Queue", "Bus"]);
		await opened.remove();
		expect(opened.steps()).toEqual(["Bus DELETE_COMPLETE", "Queue DELETE_COMPLETE"]);
	});
});
