import { strict as assert } from "node:assert";
import { ChangeResourceRecordSetsCommand, ListResourceRecordSetsCommand } from "@aws-sdk/client-route-53";
import { type Check, refused } from "../check.ts";
import { aZone, records } from "./route53-records.ts";

const api = "https://docs.aws.amazon.com/Route53/latest/APIReference";
const write = "route53:ChangeResourceRecordSets";
const read = "route53:ListResourceRecordSets";
const unknownZone = "/hostedzone/Z0000000000000000000";

/** What Route 53 does not take; a batch that breaks a rule of its zone is an InvalidChangeBatch. */
export const route53Refusals: readonly Check[] = [
	{
		name: "CREATE of what exists is refused",
		operations: [write],
		source: `${api}/API_Change.html`,
		async run(stage) {
			const zone = await aZone(stage);
			const set = records("CREATE", `a.${zone.name}`, "A", "192.0.2.1");
			await zone.change(set);
			await refused(zone.change(set), "InvalidChangeBatch");
		},
	},
	{
		name: "DELETE of what is not there is refused",
		operations: [write],
		source: `${api}/API_ChangeResourceRecordSets.html`,
		async run(stage) {
			const zone = await aZone(stage);
			await refused(zone.change(records("DELETE", `a.${zone.name}`, "A", "192.0.2.1")), "InvalidChangeBatch");
		},
	},
	{
		name: "DELETE has to name the values that stand",
		operations: [write, read],
		source: `${api}/API_ChangeResourceRecordSets.html`,
		async run(stage) {
			const zone = await aZone(stage);
			await zone.change(records("CREATE", `a.${zone.name}`, "A", "192.0.2.1"));
			await refused(zone.change(records("DELETE", `a.${zone.name}`, "A", "192.0.2.2")), "InvalidChangeBatch");
			assert.equal((await zone.at(`a.${zone.name}.`)).length, 1);
		},
	},
	{
		name: "a CNAME beside another record set is refused",
		operations: [write],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat",
		async run(stage) {
			const zone = await aZone(stage);
			await zone.change(records("CREATE", `a.${zone.name}`, "A", "192.0.2.1"));
			await refused(zone.change(records("CREATE", `a.${zone.name}`, "CNAME", "example.com")), "InvalidChangeBatch");
		},
	},
	{
		name: "a CNAME at the apex is refused",
		operations: [write],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat",
		async run(stage) {
			const zone = await aZone(stage);
			await refused(zone.change(records("CREATE", zone.name, "CNAME", "example.com")), "InvalidChangeBatch");
		},
	},
	{
		name: "the SOA at the apex cannot be deleted",
		operations: [write, read],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html",
		async run(stage) {
			const zone = await aZone(stage);
			const soa = (await zone.list()).find(({ Type }) => Type === "SOA");
			await refused(zone.change({ Action: "DELETE", ResourceRecordSet: soa }), "InvalidChangeBatch");
		},
	},
	{
		name: "a name outside the zone is refused",
		operations: [write],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/rrsets-working-with.html",
		async run(stage) {
			const zone = await aZone(stage);
			await refused(zone.change(records("CREATE", "a.example.org", "A", "192.0.2.1")), "InvalidChangeBatch");
		},
	},
	{
		name: "a value that is no address is refused",
		operations: [write],
		source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#AFormat",
		async run(stage) {
			const zone = await aZone(stage);
			await refused(zone.change(records("CREATE", `a.${zone.name}`, "A", "300.0.2.1")), "InvalidChangeBatch");
		},
	},
	{
		name: "more than 1,000 records in a batch are refused",
		operations: [write],
		source:
			"https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets",
		async run(stage) {
			const zone = await aZone(stage);
			const many = Array.from({ length: 1_001 }, (_, at) => records("CREATE", `n${at}.${zone.name}`, "A", "192.0.2.1"));
			await refused(zone.change(...many), "InvalidChangeBatch");
		},
	},
	{
		name: "a zone that is not there is refused with NoSuchHostedZone",
		operations: [write, read],
		source: `${api}/API_ListResourceRecordSets.html`,
		async run({ clients, hostname }) {
			const HostedZoneId = unknownZone;
			await refused(clients.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId })), "NoSuchHostedZone");
			const ChangeBatch = { Changes: [records("CREATE", hostname(), "A", "192.0.2.1")] };
			const change = new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch });
			await refused(clients.route53.send(change), "NoSuchHostedZone");
		},
	},
];
