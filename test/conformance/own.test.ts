import { describe, expect, it } from "vitest";
import { ownedBy } from "./own.ts";

const own = () => ownedBy("hm-conf-", "conf.example.com");
const input = { HostedZoneId: "/hostedzone/Z123" };

describe("the guard of a conformance run", () => {
	it("lets everything be read", () => {
		expect(() => own().requireOwn("route53:ListResourceRecordSets", input)).not.toThrow();
		expect(() => own().requireOwn("s3:GetObject", { Bucket: "somebodys" })).not.toThrow();
	});

	it.each([
		["route53:DeleteHostedZone", input],
		["route53:ChangeResourceRecordSets", { ...input, ChangeBatch: { Changes: [{ Name: "www.example.com" }] } }],
		["sqs:PurgeQueue", { QueueUrl: "https://sqs.us-east-1.amazonaws.com/111122223333/orders" }],
		["acm:DeleteCertificate", { CertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/1" }],
		["cloudformation:DeleteStack", { StackName: "production" }],
	])("refuses %s of what is not its own", (operation, asked) => {
		expect(() => own().requireOwn(operation, asked)).toThrow(/names nothing/);
	});

	it("lets be changed what carries the prefix, or lies beneath the zone", () => {
		expect(() => own().requireOwn("cloudformation:DeleteStack", { StackName: "hm-conf-stack-1" })).not.toThrow();
		expect(() => own().requireOwn("acm:RequestCertificate", { DomainName: "a.conf.example.com" })).not.toThrow();
	});

	it("lets be changed what it made itself, in each form that names it", () => {
		const guard = own();
		guard.learn("route53:CreateHostedZone", { HostedZone: { Id: "/hostedzone/Z123" } });
		expect(() => guard.requireOwn("route53:DeleteHostedZone", input)).not.toThrow();
		expect(() => guard.requireOwn("route53:DeleteHostedZone", { Id: "Z123" })).not.toThrow();
		expect(() => guard.requireOwn("route53:DeleteHostedZone", { Id: "Z124" })).toThrow();
	});

	it("takes what it has merely read for nothing of its own", () => {
		const guard = own();
		guard.learn("route53:ListHostedZones", { HostedZones: [{ Id: "/hostedzone/Z123" }] });
		expect(() => guard.requireOwn("route53:DeleteHostedZone", input)).toThrow();
	});
});
