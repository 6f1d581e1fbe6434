import {
	GetContactReachabilityStatusCommand,
	GetDomainDetailCommand,
	Route53DomainsClient,
} from "@aws-sdk/client-route-53-domains";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { registrationDiagnoses } from "../../../cli/doctor/registration-check.ts";
import { ianaBootstrapUrl } from "../../../services/rdap.ts";

const domains = mockClient(Route53DomainsClient);
const client = new Route53DomainsClient({ region: "us-east-1" });
const nowMs = Date.parse("2026-11-23T12:00:00Z");
const apex = { name: "example.com", certificateAuthorities: ["amazon.com"], sendsMail: false };
const here = { ...apex, registeredAt: "route53-domains" } as const;
const inOrder = {
	...{ AutoRenew: true, StatusList: ["clientTransferProhibited"] },
	ExpirationDate: new Date("2027-08-13T04:00:00Z"),
};
beforeEach(() => {
	domains.reset();
	domains.on(GetContactReachabilityStatusCommand).resolves({ status: "DONE" });
});
afterEach(() => vi.unstubAllGlobals());

const registered = (detail: object) => domains.on(GetDomainDetailCommand).resolves(detail);
const found = async () =>
	(await registrationDiagnoses(here, client, nowMs)).map(({ kind, message }) => `${kind}: ${message}`);

describe("doctor's look at a registration", () => {
	it("finds nothing where all is in order, whatever its name servers: they have a look of their own", async () => {
		registered({ ...inOrder, Nameservers: [{ Name: "ns.elsewhere.example" }] });
		expect(await found()).toEqual([]);
	});

	it("tells faults from advice, who must act, and how", async () => {
		registered({ ...inOrder, AutoRenew: false });
		expect(await registrationDiagnoses(here, client, nowMs)).toEqual([
			{
				...{ kind: "fault", message: "example.com is not renewed by itself.", actor: "operator" },
				fix: "Turn automatic renewal on at its registrar.",
			},
		]);
		registered({ ...inOrder, ExpirationDate: new Date("2027-02-11T12:00:00Z") });
		expect(await found()).toEqual(["advice: example.com expires in 80 days (2027-02-11)."]);
	});

	it("calls nothing broken that nobody could ask, and keeps nothing back that somebody could", async () => {
		domains.on(GetContactReachabilityStatusCommand).rejects(new Error("no"));
		registered(inOrder);
		await expect(found()).rejects.toThrow("example.com could not be looked at: its contact: Error: no.");
		registered({ ...inOrder, AutoRenew: false });
		expect(await found()).toEqual(["fault: example.com is not renewed by itself."]);
	});

	it("asks the registry about a domain that is registered elsewhere", async () => {
		const asked: string[] = [];
		vi.stubGlobal("fetch", (url: string) => {
			asked.push(url);
			const list = { services: [[["com"], ["https://rdap.example/"]]] };
			return Promise.resolve(
				Response.json(url === ianaBootstrapUrl ? list : { objectClassName: "domain", status: [] }),
			);
		});
		const elsewhere = { ...apex, registeredAt: "elsewhere" } as const;
		expect(await registrationDiagnoses(elsewhere, client, nowMs)).toMatchObject([
			{ kind: "fault", message: expect.stringContaining("not locked against a transfer") },
		]);
		expect(asked).toEqual([ianaBootstrapUrl, "https://rdap.example/domain/example.com"]);
		expect(domains.calls()).toEqual([]);
	});
});
