import { strict as assert } from "node:assert";
import { GetChangeCommand, ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { type Check, refused, type Suite, there } from "../check.ts";
import { aZone, records } from "./route53-records.ts";
import { route53Refusals } from "./route53-refusals.ts";

const api = "https://docs.aws.amazon.com/Route53/latest/APIReference";
const write = "route53:ChangeResourceRecordSets";
const read = "route53:ListResourceRecordSets";

const checks: readonly Check[] = [
	{
		name: "UPSERT makes a record set, and replaces its TTL and values",
		operations: [write, read],
		source: `${api}/API_Change.html`,
		async run(stage) {
			const zone = await aZone(stage);
			await zone.change(records("UPSERT", `a.${zone.name}`, "A", "192.0.2.1"));
			await zone.change(records("UPSERT", `a.${zone.name}`, "A", "192.0.2.2", "192.0.2.3"));
			const [set, ...others] = await zone.at(`a.${zone.name}.`);
			assert.equal(others.length, 0);
			assert.deepEqual(set?.ResourceRecords?.map(({ Value }) => Value).sort(), ["192.0.2.2", "192.0.2.3"]);
			assert.equal(set?.TTL, 60);
		},
	},
	{
		name: "a batch is carried out whole or not at all",
		operations: [write, read],
		source: `${api}/API_ChangeResourceRecordSets.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const [good, bad] = [`good.${zone.name}`, `bad.${zone.name}`];
			const batch = [records("CREATE", good, "A", "192.0.2.1"), records("DELETE", bad, "A", "192.0.2.1")];
			await refused(zone.change(...batch), "InvalidChangeBatch");
			assert.deepEqual(await zone.at(`${good}.`), []);
		},
	},
	{
		name: "a set can be deleted and created anew in one batch",
		operations: [write, read],
		source: `${api}/API_ChangeResourceRecordSets.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const name = `a.${zone.name}`;
			await zone.change(records("CREATE", name, "A", "192.0.2.1"));
			await zone.change(records("DELETE", name, "A", "192.0.2.1"), records("CREATE", name, "A", "192.0.2.9"));
			assert.deepEqual((await zone.at(`${name}.`))[0]?.ResourceRecords, [{ Value: "192.0.2.9" }]);
		},
	},
	{
		name: "a change has an id, and is PENDING, then INSYNC",
		operations: [write, "route53:GetChange"],
		source: `${api}/API_GetChange.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const id = await zone.change(records("CREATE", `a.${zone.name}`, "A", "192.0.2.1"));
			assert.match(id, /^\/change\/C/);
			const told = await stage.clients.route53.send(new GetChangeCommand({ Id: id }));
			assert.match(there(told.ChangeInfo?.Status, "the status"), /^(PENDING|INSYNC)$/);
			assert.equal(there(told.ChangeInfo?.Id, "the id").replace("/change/", ""), id.replace("/change/", ""));
			assert(there(told.ChangeInfo?.SubmittedAt, "when it was submitted") instanceof Date);
		},
	},
	{
		name: "an unknown change is refused with NoSuchChange",
		operations: ["route53:GetChange"],
		source: `${api}/API_GetChange.html`,
		async run({ clients }) {
			await refused(clients.route53.send(new GetChangeCommand({ Id: "C0000000000000000000" })), "NoSuchChange");
		},
	},
	{
		name: "record sets are listed by their reversed labels, in ASCII order",
		operations: [write, read],
		source: `${api}/API_ListResourceRecordSets.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const names = ["b.a", "a.b", "a", "b", "z-1", "c.a.b"].map((label) => `${label}.${zone.name}`);
			await zone.change(...names.map((name) => records("CREATE", name, "A", "192.0.2.1")));
			const order = names.map((name) => name.split(".").reverse().join(".")).sort();
			const listed = (await zone.list()).filter(({ Type }) => Type === "A").map(({ Name }) => Name?.slice(0, -1) ?? "");
			assert.deepEqual(
				listed.map((name) => name.split(".").reverse().join(".")),
				order,
			);
		},
	},
	{
		name: "a list goes on at the name and type that it names as next",
		operations: [write, read],
		source: `${api}/API_ListResourceRecordSets.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const name = `a.${zone.name}`;
			await zone.change(records("CREATE", name, "A", "192.0.2.1"), records("CREATE", name, "TXT", '"text"'));
			const asked = { HostedZoneId: zone.id, StartRecordName: name, StartRecordType: "A", MaxItems: 1 } as const;
			const page = await stage.clients.route53.send(new ListResourceRecordSetsCommand(asked));
			assert.deepEqual([page.IsTruncated, page.NextRecordName, page.NextRecordType], [true, `${name}.`, "TXT"]);
			assert.deepEqual(
				page.ResourceRecordSets?.map(({ Type }) => Type),
				["A"],
			);
			const rest = await zone.list({ name: there(page.NextRecordName, "the next name"), type: "TXT" });
			assert.deepEqual(
				rest.map(({ Type }) => Type),
				["TXT"],
			);
		},
	},
	{
		name: "a list starts at the first set that is not before the name asked for",
		operations: [write, read],
		source: `${api}/API_ListResourceRecordSets.html`,
		async run(stage) {
			const zone = await aZone(stage);
			await zone.change(...["a", "c"].map((label) => records("CREATE", `${label}.${zone.name}`, "A", "192.0.2.1")));
			const listed = await zone.list({ name: `b.${zone.name}` });
			assert.deepEqual(
				listed.map(({ Name }) => Name),
				[`c.${zone.name}.`],
			);
		},
	},
	{
		name: "a wildcard is listed as \\052, and both forms name it",
		operations: [write, read],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html",
		async run(stage) {
			const zone = await aZone(stage);
			await zone.change(records("CREATE", `*.${zone.name}`, "A", "192.0.2.1"));
			assert.equal((await zone.at(`\\052.${zone.name}.`)).length, 1);
			const listed = await zone.list({ name: `\\052.${zone.name}`, type: "A" });
			assert.equal(listed[0]?.Name, `\\052.${zone.name}.`);
			await zone.change(records("UPSERT", `\\052.${zone.name}`, "A", "192.0.2.2"));
			assert.equal((await zone.list()).filter(({ Type }) => Type === "A").length, 1);
		},
	},
	{
		name: "names are kept in lower case, with a dot at their end",
		operations: [write, read],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html",
		async run(stage) {
			const zone = await aZone(stage);
			await zone.change(records("CREATE", `WwW.${zone.name}`, "A", "192.0.2.1"));
			assert.equal((await zone.at(`www.${zone.name}.`)).length, 1);
		},
	},
	{
		name: "an alias to CloudFront is listed with its target and without a TTL",
		operations: [write, read],
		source: `${api}/API_AliasTarget.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const AliasTarget = {
				HostedZoneId: "Z2FDTNDATAQYW2",
				DNSName: "d111111abcdef8.cloudfront.net",
				EvaluateTargetHealth: false,
			};
			const ResourceRecordSet = { Name: `a.${zone.name}`, Type: "A", AliasTarget } as const;
			await zone.change({ Action: "CREATE", ResourceRecordSet });
			const [set] = await zone.at(`a.${zone.name}.`);
			// With a dot at its end or without: the page names neither.
			const { DNSName = "", ...target } = there(set?.AliasTarget, "the target");
			assert.deepEqual({ ...target, DNSName: DNSName.replace(/\.$/, "") }, AliasTarget);
			assert.equal(set?.TTL, undefined);
			assert.equal(set?.ResourceRecords?.length ?? 0, 0);
		},
	},
	{
		name: "text values stay as they were quoted",
		operations: [write, read],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat",
		async run(stage) {
			const zone = await aZone(stage);
			const value = '"one; two" "with \\"quotes\\""';
			await zone.change(records("CREATE", `t.${zone.name}`, "TXT", value));
			assert.deepEqual((await zone.at(`t.${zone.name}.`))[0]?.ResourceRecords, [{ Value: value }]);
		},
	},
];

/** Record sets of Route 53. */
export const route53: Suite = { service: "route53", checks: [...checks, ...route53Refusals] };
