import {
	GetContactReachabilityStatusCommand,
	GetDomainDetailCommand,
	InvalidInput,
	ListDomainsCommand,
	Route53DomainsClient,
	type Route53DomainsClientResolvedConfig,
	type ServiceInputTypes,
	type ServiceOutputTypes,
	UnsupportedTLD,
} from "@aws-sdk/client-route-53-domains";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountRegistrations, listRegisteredDomains } from "../../services/registrations.ts";
import { registrationsContract } from "../contracts/registrations.ts";
import { aRegistrarAccount } from "./a-registrar-account.ts";

registrationsContract("Route 53 Domains", async () => {
	const account = await aRegistrarAccount();
	return { ...account, source: accountRegistrations(account.client) };
});

describe("an account's registrations", () => {
	const name = "example.com";
	let domains: AwsStub<ServiceInputTypes, ServiceOutputTypes, Route53DomainsClientResolvedConfig>;
	// By class, so only now: the contract above speaks to a real port.
	beforeAll(() => {
		domains = mockClient(Route53DomainsClient);
	});
	beforeEach(() => domains.reset());
	afterAll(() => domains.restore());
	const ask = async () => {
		const answer = await accountRegistrations().ask(name);
		if (answer.outcome !== "registered") throw new Error(`${answer.outcome}: ${answer.because}`);
		return answer.registration;
	};
	const refusal = (Refused: typeof InvalidInput | typeof UnsupportedTLD) =>
		new Refused({ message: "no", $metadata: {} });

	it("are in one region, wherever they are looked at from", async () => {
		expect(await new Route53DomainsClient({ region: "us-east-1" }).config.region()).toBe("us-east-1");
		domains.on(ListDomainsCommand).resolves({});
		await listRegisteredDomains();
		const [call] = domains.calls();
		expect(await call?.thisValue.config.region()).toBe("us-east-1");
	});

	it("are listed page by page, canonical", async () => {
		domains
			.on(ListDomainsCommand)
			.resolvesOnce({ Domains: [{ DomainName: "Example.COM" }, {}], NextPageMarker: "two" })
			.resolvesOnce({ NextPageMarker: "" });
		expect(await listRegisteredDomains()).toEqual([name]);
		const asked = domains.commandCalls(ListDomainsCommand).map(({ args: [{ input }] }) => input);
		expect(asked).toEqual([{ MaxItems: 100 }, { MaxItems: 100, Marker: "two" }]);
	});

	it("cannot be listed when Route 53 Domains throttles", async () => {
		domains.on(ListDomainsCommand).rejects(Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" }));
		await expect(listRegisteredDomains()).rejects.toMatchObject({ name: "Throttled" });
	});

	it.each([InvalidInput, UnsupportedTLD])("have none of a name that is refused with %o", async (Refused) => {
		domains.on(GetDomainDetailCommand).rejects(refusal(Refused));
		expect(await accountRegistrations().ask(name)).toMatchObject({ outcome: "not-registered" });
	});

	it("could not be asked where rights are missing", async () => {
		domains
			.on(GetDomainDetailCommand)
			.rejects(Object.assign(new Error("not authorized"), { name: "AccessDeniedException", $fault: "client" }));
		expect(await accountRegistrations().ask(name)).toEqual({
			outcome: "unanswered",
			because: "AccessDeniedException: not authorized",
		});
	});

	it.each<[string | undefined, unknown]>([
		["DONE", { outcome: "told", value: true }],
		["PENDING", { outcome: "told", value: false }],
		["EXPIRED", { outcome: "told", value: false }],
		[undefined, { outcome: "untold", because: expect.any(String) }],
	])("have a contact that is %s", async (status, expected) => {
		domains.on(GetDomainDetailCommand, { DomainName: name }).resolves({});
		// Cast: a status that the client does not know of is passed on as it is.
		domains.on(GetContactReachabilityStatusCommand, { domainName: name }).resolves({ status: status as "DONE" });
		expect((await ask()).contactsVerified).toEqual(expected);
	});

	it("are known but for their contact when that cannot be asked", async () => {
		domains.on(GetDomainDetailCommand).resolves({ AutoRenew: false });
		domains.on(GetContactReachabilityStatusCommand).rejects(refusal(InvalidInput));
		expect(await ask()).toMatchObject({
			autoRenew: { outcome: "told", value: false },
			contactsVerified: { outcome: "unanswered", because: "its contact: InvalidInput: no" },
		});
	});

	it("tell what is there, and of what is not that nobody tells it", async () => {
		domains.on(GetContactReachabilityStatusCommand).resolves({ status: "DONE" });
		domains.on(GetDomainDetailCommand).resolves({});
		const never = { outcome: "untold", because: "Route 53 Domains does not tell" };
		expect(await ask()).toMatchObject({
			...{ registrar: never, expiresAt: never, autoRenew: never, transferLock: never, nameServers: never },
			dsRecords: { outcome: "told", value: [] },
		});
		domains.on(GetDomainDetailCommand).resolves({
			StatusList: ["ok", "serverTransferProhibited https://icann.org/epp#serverTransferProhibited"],
			Nameservers: [{ Name: "NS.example.net." }, { Name: undefined }],
			DnssecKeys: [
				{},
				...[{ KeyTag: 1 }, { KeyTag: 1, Algorithm: 13 }, { KeyTag: 1, Algorithm: 13, DigestType: 2 }],
				{ KeyTag: 1, Algorithm: 13, DigestType: 2, Digest: "ab" },
			],
		});
		expect(await ask()).toMatchObject({
			transferLock: { outcome: "told", value: true },
			nameServers: { outcome: "told", value: ["", "ns.example.net"] },
			dsRecords: { outcome: "told", value: [{ keyTag: 1, algorithm: 13, digestType: 2, digest: "AB" }] },
		});
	});
});
